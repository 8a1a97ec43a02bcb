import Formats
import HTTP
import JSON

/// The control surface under `/sandbox`, for people with curl and for other processes.
///
/// It has no rules, no tokens and no faults; what it is asked is done or, when it cannot be read,
/// not done at all.
extension Sandbox {
    /// - Returns: nil for a request that is none of the control surface's.
    mutating func control(_ request: SandboxRequest, at now: Timestamp) -> HTTPResponse? {
        guard let path = request.path[...].withoutPrefix("/sandbox") else { return nil }
        let before = self
        do throws(ControlError) {
            return try controlled(request, path, at: now)
        } catch {
            self = before
            return .json(400) { $0.member("error", error.problem) }
        }
    }

    private mutating func controlled(
        _ request: SandboxRequest,
        _ path: Substring,
        at now: Timestamp
    ) throws(ControlError) -> HTTPResponse {
        switch (request.method, path) {
        case ("GET", ""), ("GET", "/"):
            return .text(200, WelcomePage.text(self, host: request.host))
        case ("GET", "/deployments"):
            return list(deployments) { ControlPages.write($0, of: self, to: &$1) }
        case ("GET", "/environments"):
            return list(environments) { ControlPages.write($0, of: self, to: &$1) }
        case ("GET", "/requests"): return list(exchanges) { ControlPages.write($0, to: &$1) }
        case ("GET", "/faults"): return list(faults.faults) { ControlPages.write($0, to: &$1) }
        case ("GET", "/tokens"): return list(allTokens) { ControlPages.write($0, to: &$1) }
        case ("GET", "/projects"):
            return list(allProjects) { ControlPages.write($0, of: self, to: &$1) }
        case ("DELETE", "/faults"):
            faults.removeAll()
            return HTTPResponse(status: 204)
        case ("POST", "/reset"):
            reset()
            return HTTPResponse(status: 204)
        case ("POST", _): return try seed(request, path, at: now)
        default:
            return .json(404) {
                $0.member(
                    "error",
                    "\(request.method) /sandbox\(path) is not known; see GET /sandbox"
                )
            }
        }
    }

    private mutating func seed(
        _ request: SandboxRequest,
        _ path: Substring,
        at now: Timestamp
    ) throws(ControlError) -> HTTPResponse {
        let values = try values(request)
        switch path {
        case "/faults":
            for value in values { faults.add(try FaultReader.fault(value)) }
            return list(faults.faults) { ControlPages.write($0, to: &$1) }
        case "/projects":
            var ids: [Int] = []
            for value in values { ids.append(try SeedReader.project(value, in: &self)) }
            return list(ids.compactMap { project($0) }) {
                ControlPages.write($0, of: self, to: &$1)
            }
        case "/tokens":
            var texts: [String] = []
            for value in values { texts.append(try SeedReader.token(value, in: &self)) }
            return list(texts.compactMap { token($0) }) { ControlPages.write($0, to: &$1) }
        case "/environments":
            var ids: [Int] = []
            for value in values {
                ids.append(try SeedReader.environment(value, in: &self, at: now))
            }
            return list(ids.compactMap { environmentRows[$0] }) {
                ControlPages.write($0, of: self, to: &$1)
            }
        case "/deployments":
            var ids: [Int] = []
            for value in values { ids.append(try SeedReader.deployment(value, in: &self, at: now)) }
            return list(ids.compactMap { deploymentRows[$0] }) {
                ControlPages.write($0, of: self, to: &$1)
            }
        case "/switch":
            for value in values { try SeedReader.switches(value, in: &self) }
            return HTTPResponse(status: 204)
        default:
            return .json(404) {
                $0.member("error", "POST /sandbox\(path) is not known; see GET /sandbox")
            }
        }
    }

    /// One object, or each of a list; a content type is not asked for, so that curl is short.
    private func values(_ request: SandboxRequest) throws(ControlError) -> [JSONValue] {
        do {
            let root = try JSONDocument(parsing: request.body).root
            return root.kind == .array ? Array(root.elements) : [root]
        } catch {
            throw ControlError("the body is no JSON: \(error)")
        }
    }

    private func list<Element>(
        _ elements: [Element],
        _ write: (Element, inout JSONWriter) -> Void
    ) -> HTTPResponse {
        var writer = JSONWriter()
        writer.array { list in for element in elements { write(element, &list) } }
        return .json(200, writer.bytes)
    }
}
