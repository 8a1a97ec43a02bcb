import HTTP
import JSON

/// An answer that ends a request early.
///
/// `error` comes from Grape or OAuth, `message` from GitLab's own code (facts §2); the texts are
/// GitLab's, to the letter.
struct Refusal: Error {
    var response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    /// Grape's or OAuth's form: `{"error": …}`.
    static func error(_ status: Int, _ text: String) -> Refusal {
        Refusal(.json(status) { $0.member("error", text) })
    }

    /// The form of GitLab's own code: `{"message": …}`.
    static func message(_ status: Int, _ text: String) -> Refusal {
        Refusal(.json(status) { $0.member("message", text) })
    }

    /// `{"message": {field: [problem, …]}}`: a model did not validate.
    static func invalid(_ problems: [(field: String, texts: [String])]) -> Refusal {
        Refusal(
            .json(400) { body in
                body.member("message") { message in
                    message.object { fields in
                        for (field, texts) in problems {
                            fields.member(field) { list in
                                list.array { for text in texts { $0.string(text) } }
                            }
                        }
                    }
                }
            }
        )
    }

    static func badRequest(_ reason: String) -> Refusal {
        message(400, "400 Bad request - \(reason)")
    }

    static let unauthorized = message(401, "401 Unauthorized")
    static let forbidden = message(403, "403 Forbidden")
    static let projectNotFound = message(404, "404 Project Not Found")
    static let notFound = message(404, "404 Not found")
    static let noRoute = error(404, "404 Not Found")

    static func forbidden(_ reason: String) -> Refusal { message(403, "403 Forbidden - \(reason)") }

    /// Grape's answer to a method that a route does not have.
    static func methodNotAllowed(_ allowed: [String]) -> Refusal {
        var refusal = error(405, "405 Not Allowed")
        refusal.response.fields.append(("Allow", allowed.joined(separator: ", ")))
        return refusal
    }

    /// RFC 6750 §3, as rack-oauth2 writes it.
    static func oauth(_ status: Int, _ code: String, _ description: String, scope: String? = nil)
        -> Refusal
    {
        var response = HTTPResponse.json(status) { body in
            body.member("error", code)
            body.member("error_description", description)
            if let scope { body.member("scope", scope) }
        }
        let challenge =
            "Bearer realm=\"Protected by OAuth 2.0\", error=\"\(code)\","
            + " error_description=\"\(description)\""
        response.fields.append(("WWW-Authenticate", challenge))
        return Refusal(response)
    }

    static let expired = oauth(
        401,
        "invalid_token",
        "Token is expired. You can either do re-authorization or token refresh."
    )
    static let revoked = oauth(
        401,
        "invalid_token",
        "Token was revoked. You have to re-authorize from the user."
    )

    static func insufficientScope(_ scope: String) -> Refusal {
        oauth(
            403,
            "insufficient_scope",
            "The request requires higher privileges than provided by the access token.",
            scope: scope
        )
    }
}

extension HTTPResponse {
    /// A JSON object whose members `body` writes.
    static func json(_ status: Int, _ body: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object(body)
        return .json(status, writer.bytes)
    }
}
