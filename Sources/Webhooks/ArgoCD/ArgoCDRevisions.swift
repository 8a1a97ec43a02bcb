import Formats
import JSON

/// Which source a deployment is of, and which commit of it (facts/argocd.md §3.2 to §3.4).
struct ArgoCDRevisions {
    private let subject: ArgoCDSubject
    private let hosts: RepositoryHosts
    private let index: Int?
    /// The one source the operation applies, where it says so.
    private let usedSource: JSONValue?

    init(_ subject: ArgoCDSubject, hosts: RepositoryHosts, index: Int?) {
        self.subject = subject
        usedSource = Self.source(in: subject.result) ?? Self.source(in: subject.sync)
        self.hosts = hosts
        self.index = index
    }

    /// One source of the Application and what is known of its revision.
    struct Source {
        var repository: String?
        var target: String?
        var targetOrigin: String
        var sha: Choice?
        /// The revision where it is no commit, for the reason.
        var revision: String?
        /// Whether the sha is a revision of the source itself, not the hydrator's.
        var isRevision = true
        var key: String
    }

    /// The source to take, given the explicitly chosen project; nil when the Application has none.
    func pick(project: String?) -> Source? {
        if let hydrated = hydrated() { return hydrated }
        guard let list = sources else { return single() }
        let sources = list.elements.enumerated().map { many($1, at: $0) }
        if let index { return sources.indices.contains(index) ? sources[index] : nil }
        if let project, let own = sources.first(where: { isOf(project, $0) && $0.sha != nil }) {
            return own
        }
        return sources.first { $0.sha != nil } ?? sources.first
    }

    /// The sources the operation applies, where they are several: its own, else the Application's.
    ///
    /// A rollback applies those of its time, which may have been one where there are many now.
    private var sources: JSONValue? {
        if let own = Self.sources(in: subject.result) ?? Self.sources(in: subject.sync) {
            return own
        }
        return usedSource == nil ? Self.sources(in: subject.app["spec"]) : nil
    }

    private static func sources(in object: JSONValue?) -> JSONValue? {
        object?["sources"].flatMap { $0.count > 0 ? $0 : nil }
    }

    private static func source(in object: JSONValue?) -> JSONValue? {
        object?["source"].flatMap { Words.present($0["repoURL"]?.string) == nil ? nil : $0 }
    }

    private func isOf(_ project: String, _ source: Source) -> Bool {
        source.repository.flatMap(hosts.projectPath)?.lowercased() == project.lowercased()
    }

    /// The project that a source's repository is on the GitLab.
    func repository(of source: Source?) -> Choice? {
        source?.repository.flatMap(hosts.projectPath).map {
            Choice(value: $0, origin: "the source repository's path")
        }
    }

    // MARK: - Forms of sources

    private func single() -> Source? {
        guard let source = usedSource ?? subject.app["spec"]?["source"] else { return nil }
        return make(
            source,
            at: nil,
            candidates: [
                (subject.result?["revision"], "syncResult.revision"),
                (subject.sync?["revision"], "operation.sync.revision"),
            ],
            last: (subject.compared?["revision"], "status.sync.revision")
        )
    }

    private func many(_ source: JSONValue, at index: Int) -> Source {
        make(
            source,
            at: index,
            candidates: [
                (subject.result?["revisions"]?[index], "syncResult.revisions[\(index)]"),
                (subject.sync?["revisions"]?[index], "operation.sync.revisions[\(index)]"),
            ],
            last: (subject.compared?["revisions"]?[index], "status.sync.revisions[\(index)]")
        )
    }

    private func make(
        _ source: JSONValue,
        at index: Int?,
        candidates: [(JSONValue?, String)],
        last: (JSONValue?, String)
    ) -> Source {
        let place = index.map { "sources[\($0)]" } ?? "source"
        var made = Source(
            repository: Words.present(source["repoURL"]?.string),
            target: source["targetRevision"]?.string,
            targetOrigin: place + ".targetRevision",
            key: String(index ?? 0) + " " + (source["repoURL"]?.string ?? "")
        )
        // A chart's revision is a version, and an artefact's a digest.
        let isGit =
            Words.present(source["chart"]?.string) == nil
            && !(made.repository?.hasPrefix("oci://") ?? false)
        for (value, origin) in candidates {
            guard let text = Words.present(value?.string) else { continue }
            if isGit, let commit = Words.commit(text) {
                made.sha = Choice(value: commit, origin: origin)
                return made
            }
            made.revision = made.revision ?? text
        }
        // Only for what ended badly: the last comparison may have seen another commit.
        if isGit, made.revision == nil, subject.hasFailed,
            let commit = Words.commit(last.0?.string)
        {
            made.sha = Choice(value: commit, origin: "\(last.1) (approximate)")
            made.isRevision = false
        }
        return made
    }

    /// The source hydrator: the commit people wrote, when it is known to be the one hydrated.
    private func hydrated() -> Source? {
        guard let spec = subject.app["spec"]?["sourceHydrator"],
            let dry = spec["drySource"], Words.present(dry["repoURL"]?.string) != nil
        else { return nil }
        let (applied, origin) = appliedRevision
        let last = subject.app["status"]?["sourceHydrator"]?["lastSuccessfulOperation"]
        if let applied, last?["hydratedSHA"]?.string == applied,
            let commit = Words.commit(last?["drySHA"]?.string)
        {
            return Source(
                repository: dry["repoURL"]?.string,
                target: dry["targetRevision"]?.string,
                targetOrigin: "sourceHydrator.drySource.targetRevision",
                sha: Choice(value: commit, origin: "sourceHydrator.lastSuccessfulOperation.drySHA"),
                isRevision: false,
                key: "dry"
            )
        }
        return Source(
            repository: Words.present(spec["syncSource"]?["repoURL"]?.string)
                ?? dry["repoURL"]?.string,
            target: spec["syncSource"]?["targetBranch"]?.string,
            targetOrigin: "sourceHydrator.syncSource.targetBranch",
            sha: Words.commit(applied).map {
                Choice(value: $0, origin: "the hydrated commit (\(origin))")
            },
            revision: applied,
            isRevision: false,
            key: "hydrated"
        )
    }

    /// The hydrated branch's revision, by the order of facts/argocd.md §3.4.
    private var appliedRevision: (revision: String?, origin: String) {
        if let revision = Words.present(subject.result?["revision"]?.string) {
            return (revision, "syncResult.revision")
        }
        if let revision = Words.present(subject.sync?["revision"]?.string) {
            return (revision, "operation.sync.revision")
        }
        guard subject.hasFailed else { return (nil, "none") }
        let last = Words.present(subject.compared?["revision"]?.string)
        return (last, "status.sync.revision, approximate")
    }

    /// Why there is no commit, and what gives one.
    static func missing(_ source: Source?, _ subject: ArgoCDSubject) -> String {
        let remedy = "name the commit by the annotation deployment-relay/sha or the hook's sha"
        guard let source else { return "the Application has no such source; \(remedy)" }
        if let revision = source.revision {
            return "the revision \"\(revision)\" is no commit (a chart's version, an artefact's "
                + "digest); \(remedy)"
        }
        return "no revision is known (an early error, or a local sync); \(remedy)"
    }
}
