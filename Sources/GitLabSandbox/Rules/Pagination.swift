import Formats
import HTTP
import JSON

/// Offset pagination: which page is asked, and the fields that tell about the others (facts §4).
struct Pagination {
    let page: Int
    let perPage: Int

    /// - Parameter check: Gets the problems, as those of any other parameter.
    init(_ check: inout Validation) {
        page = max(1, check.integer("page") ?? 1)
        let perPage = check.integer("per_page") ?? 20
        if perPage == 0 { check.complain("per_page", "has a value not allowed") }
        self.perPage = min(100, max(1, perPage))
    }

    /// Keyset pagination is refused; GitLab sees to that when it has the list.
    static func refuseKeyset(_ call: APICall) throws(Refusal) {
        if call.parameters["pagination"] == .text("keyset") {
            throw .error(405, "Keyset pagination is not yet available for this type of request")
        }
    }

    /// One page of `ids` as a JSON array.
    func answer(
        _ ids: [Int],
        _ call: APICall,
        _ write: (Int, inout JSONWriter) -> Void
    ) -> HTTPResponse {
        let start = page > ids.count / perPage + 1 ? ids.count : (page - 1) * perPage
        var writer = JSONWriter()
        writer.array { list in
            for id in ids[min(start, ids.count)...].prefix(perPage) { write(id, &list) }
        }
        var response = HTTPResponse.json(200, writer.bytes)
        response.fields += fields(total: ids.count, call)
        return response
    }

    private func fields(total: Int, _ call: APICall) -> [(name: String, value: String)] {
        let pages = max(1, (total + perPage - 1) / perPage)
        let next = page < pages ? page + 1 : nil
        let previous = page > 1 && page <= pages ? page - 1 : nil
        // Beyond 10,000 rows GitLab does not count.
        let isCounted = total <= 10_000
        var links: [(relation: String, page: Int)] = []
        if let previous { links.append(("prev", previous)) }
        if let next { links.append(("next", next)) }
        links.append(("first", 1))
        if isCounted { links.append(("last", pages)) }
        var fields = [
            ("X-Per-Page", "\(perPage)"), ("X-Page", "\(page)"),
            ("X-Next-Page", next.map { "\($0)" } ?? ""),
            ("X-Prev-Page", previous.map { "\($0)" } ?? ""),
            ("Link", links.map { link($0.page, $0.relation, call) }.joined(separator: ", ")),
        ]
        if isCounted { fields += [("X-Total", "\(total)"), ("X-Total-Pages", "\(pages)")] }
        return fields
    }

    /// The same address with another page.
    ///
    /// GitLab takes the host from its configuration; the stand-in has none and takes the name that
    /// the caller called it by.
    private func link(_ page: Int, _ relation: String, _ call: APICall) -> String {
        var query = call.parameters.queryTexts.filter { $0.name != "page" && $0.name != "per_page" }
        query += [("page", "\(page)"), ("per_page", "\(perPage)")]
        let text = query.map { "\($0.name)=\(PercentEncoding.encodeSegment($0.value))" }
        let address = "\(call.origin)\(call.request.path)?\(text.joined(separator: "&"))"
        return "<\(address)>; rel=\"\(relation)\""
    }
}

extension Parameters {
    /// Every scalar by name, in order of names.
    fileprivate var queryTexts: [(name: String, value: String)] {
        values.compactMap { name, value in value.text.map { (name, $0) } }
            .sorted { $0.0 < $1.0 }
            // A token in the query is no part of the list's address.
            .filter { $0.0 != "private_token" && $0.0 != "job_token" }
    }
}
