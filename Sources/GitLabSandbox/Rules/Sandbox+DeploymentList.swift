import Formats
import HTTP
import JSON

/// The list of a project's deployments: filters, order, and what GitLab refuses to look up because
/// no index serves it (facts §4, §9.8).
extension Sandbox {
    mutating func listDeployments(in name: String, _ call: APICall) throws(Refusal) -> HTTPResponse
    {
        var check = Validation(call.parameters)
        let filter = DeploymentFilter(&check)
        let pagination = Pagination(&check)
        try check.finish()
        let project = try project(name, call)
        try authorize(.readDeployments, in: project, call)
        if generation == .current { try filter.checkForIndex() }
        try Pagination.refuseKeyset(call)
        let rows = rows(of: project, filter)
        return pagination.answer(rows, call) { id, list in
            if let row = deploymentRows[id], let environment = environmentRows[row.environment] {
                list.object { Shapes.write(row, environment, generation, to: &$0, call) }
            }
        }
    }

    private func rows(of project: SandboxProject, _ filter: DeploymentFilter) -> [Int] {
        let book = books[project.id]
        var ids = book?.deployments ?? []
        if let name = filter.environment {
            ids = book?.environments[name].flatMap { environmentDeployments[$0] } ?? []
        }
        if filter.needsRows {
            var rows = ids.compactMap { deploymentRows[$0] }.filter(filter.takes)
            if let moment = filter.moment {
                rows.sort {
                    let (first, second) = (moment($0), moment($1))
                    return first == second ? $0.id < $1.id : first < second
                }
            }
            ids = rows.map(\.id)
        }
        return filter.isDescending ? ids.reversed() : ids
    }
}

/// What a list of deployments is asked for.
struct DeploymentFilter {
    let environment: String?
    private let status: SandboxStatus?
    private let updated: Span
    private let finished: Span
    private let order: String
    let isDescending: Bool

    /// A stretch of time; the ends are left out.
    private struct Span {
        let after: Timestamp?
        let before: Timestamp?

        var isSet: Bool { after != nil || before != nil }

        func contains(_ moment: Timestamp?) -> Bool {
            guard isSet else { return true }
            guard let moment else { return false }
            return after.map { moment > $0 } ?? true && before.map { moment < $0 } ?? true
        }
    }

    init(_ check: inout Validation) {
        let orders = ["id", "iid", "created_at", "updated_at", "finished_at"]
        order = check.choice("order_by", of: orders) ?? "id"
        isDescending = check.choice("sort", of: ["asc", "desc"]) == "desc"
        updated = Span(after: check.moment("updated_after"), before: check.moment("updated_before"))
        finished = Span(
            after: check.moment("finished_after"),
            before: check.moment("finished_before")
        )
        environment = check.text("environment")
        status = check.choice("status", of: SandboxStatus.allCases.map(\.rawValue))
            .flatMap { SandboxStatus(rawValue: $0) }
    }

    /// app/finders/deployments_finder.rb: what cannot be answered from an index is refused.
    func checkForIndex() throws(Refusal) {
        if updated.isSet, finished.isSet {
            throw .badRequest(
                "Both `updated_at` filter and `finished_at` filter can not be specified"
            )
        }
        if updated.isSet, order != "updated_at" {
            throw .badRequest("`updated_at` filter requires `updated_at` sort")
        }
        if finished.isSet, order != "finished_at" {
            throw .badRequest("`finished_at` filter requires `finished_at` sort")
        }
        if finished.isSet, status != .success {
            throw .badRequest("`finished_at` filter must be combined with `success` status filter")
        }
        if order == "finished_at", !finished.isSet, status?.isFinished != true {
            throw .badRequest(
                "`finished_at` sort requires `finished_at` filter or a filter with at least one of "
                    + "the finished statuses"
            )
        }
    }

    /// Whether the ids alone do not tell.
    var needsRows: Bool { status != nil || updated.isSet || finished.isSet || moment != nil }

    func takes(_ row: SandboxDeployment) -> Bool {
        (status == nil || row.status == status) && updated.contains(row.updatedAt)
            && finished.contains(row.finishedAt)
    }

    /// The time that orders; nil: the id does, for `iid` and `created_at` too.
    var moment: ((SandboxDeployment) -> Timestamp)? {
        switch order {
        case "updated_at": { $0.updatedAt }
        case "finished_at": { $0.finishedAt ?? $0.createdAt }
        default: nil
        }
    }
}
