import Formats
import HTTP
import JSON

/// What the instance says of itself and of the caller.
extension Sandbox {
    func showVersion() -> HTTPResponse {
        .json(200) { body in
            body.member("version", settings.version)
            body.member("revision", settings.revision)
        }
    }

    func showUser(_ call: APICall) throws(Refusal) -> HTTPResponse {
        guard let user = call.caller?.user else { throw .unauthorized }
        var writer = JSONWriter()
        Shapes.write(user, isSelf: true, to: &writer, call)
        return .json(200, writer.bytes)
    }

    /// Every folder of a project's path is a group ; nothing more is told of one.
    func showGroup(_ path: String) throws(Refusal) -> HTTPResponse {
        guard allProjects.contains(where: { $0.path.hasPrefix("\(path)/") }) else {
            throw .message(404, "404 Group Not Found")
        }
        return .json(200) { body in
            body.member("id", 1)
            body.member("full_path", path)
        }
    }

    func showToken(_ call: APICall) throws(Refusal) -> HTTPResponse {
        guard let token = call.caller, token.kind == .access else { throw .unauthorized }
        return .json(200) { body in
            body.member("id", token.id)
            body.member("name", token.name)
            body.member("revoked", token.state == .revoked)
            body.member("created_at", "2026-01-01T00:00:00.000Z")
            body.member("description") { $0.null() }
            body.member("scopes") { list in
                list.array { for scope in token.scopes { $0.string(scope) } }
            }
            body.member("user_id", token.user.id)
            body.member("last_used_at", call.now.rfc3339)
            body.member("active", token.state == .active && !token.isExpired(at: call.now))
            body.member("expires_at", token.expiresOn)
        }
    }

    /// What a browser would see: nothing here is the API.
    func webPage(_ path: Substring) -> HTTPResponse {
        let isSignIn = ["", "/", "/users/sign_in"].contains(path)
        let title =
            isSignIn
            ? "Sign in · GitLab"
            : "The page could not be found or you don't have permission to view it."
        return HTTPResponse(
            status: isSignIn ? 200 : 404,
            fields: [("Content-Type", "text/html; charset=utf-8")],
            body: Array(
                "<!DOCTYPE html>\n<html><head><title>\(title)</title></head><body></body></html>\n"
                    .utf8
            )
        )
    }
}
