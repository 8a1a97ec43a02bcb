package import GitLab

/// GitLab's list of one project's deployments, read to the point where the ledger begins.
package struct GitLabRows: Sendable {
    package let project: Project
    /// Whose token the relay's is.
    package let user: GitLabUser
    /// Newest first.
    package let rows: [Deployment]

    /// Why there is no list: what is wrong and what to do.
    package struct Refusal: Error, CustomStringConvertible {
        package let problem: String
        package let remedy: String?

        package var description: String {
            problem + (remedy.map { "\nhint: \($0)" } ?? "")
        }
    }

    /// Reads page after page, of all environments where none is named; `isFarEnough` is told the
    /// oldest row of each and may end the reading there.
    package static func read(
        _ questions: inout GitLabQuestions,
        project name: String,
        environment: String?,
        until isFarEnough: (Deployment) -> Bool
    ) throws(Refusal) -> GitLabRows {
        let project = try project(name, &questions)
        let user: GitLabUser
        switch questions.ask(.user) {
        case .user(let found): user = found
        case let meaning: throw refusal(meaning, "the token's user cannot be found out")
        }
        var rows: [Deployment] = []
        var next: Int? = 1
        while let page = next {
            let call =
                environment.map {
                    GitLabCall.list(project: project.id, environment: $0, page: page)
                } ?? .listEverywhere(project: project.id, page: page)
            switch questions.ask(call) {
            case .deployments(let found, let following):
                rows += found
                next = found.last.map(isFarEnough) ?? true ? nil : following
            case let meaning: throw refusal(meaning, "GitLab's list cannot be read")
            }
        }
        return GitLabRows(project: project, user: user, rows: rows)
    }

    /// Which of these deployments GitLab does not have, each asked for by its id.
    package func lost(
        among deployments: [Int],
        _ questions: inout GitLabQuestions
    ) throws(Refusal) -> Set<Int> {
        var lost: Set<Int> = []
        for deployment in deployments {
            switch questions.ask(.show(project: project.id, deployment: deployment)) {
            case .gone: lost.insert(deployment)
            case .deployment: break
            case let meaning: throw Self.refusal(meaning, "deployment \(deployment)")
            }
        }
        return lost
    }

    package static func project(
        _ name: String,
        _ questions: inout GitLabQuestions
    ) throws(Refusal) -> Project {
        switch questions.ask(.project(name)) {
        case .project(let project): return project
        case .moved(let number):
            guard case .project(let project) = questions.ask(.project(number)) else {
                throw Refusal(
                    problem: "project \(name) has moved, and its number \(number) is not known",
                    remedy: "write its new path"
                )
            }
            return project
        case let meaning: throw refusal(meaning, "project \(name)")
        }
    }

    private static func refusal(_ meaning: Meaning, _ what: String) -> Refusal {
        let (words, remedy) = meaning.trouble
        return Refusal(problem: "\(what): \(words)", remedy: remedy)
    }
}
