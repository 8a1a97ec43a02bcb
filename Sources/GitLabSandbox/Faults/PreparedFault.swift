import HTTP
import JSON

/// Faults that are often wanted, by name (facts §9.10).
package enum PreparedFault: String, Sendable, CaseIterable {
    case tooManyRequests = "429"
    case tooManyForApplication = "429-app"
    case badGateway = "502"
    case badGatewayPage = "502-html"
    case badGatewayAfter = "502-after"
    case gatewayTimeoutAfter = "504-after"
    case deployPage = "503-html"
    case maintenance = "503-maintenance"
    case readOnly = "403-readonly"
    case readOnlyRedirect = "301-readonly"
    case serverError = "500"
    case serverErrorAfter = "500-after"
    case lock = "409-lock"
    case null = "null-2xx"
    case nullAfter = "null-2xx-after"
    case environmentRace = "env-race"
    case commitUnknown = "sha-unknown"
    case refUnknown = "ref-unknown"
    case unauthorized
    case expired
    case cutBefore = "cut-before"
    case cutAfter = "cut-after"
    case cutLate = "cut-late"
    case truncated
    case slow
    case hang
    case hangAfter = "hang-after"

    /// What it does, for people.
    package var summary: String {
        switch self {
        case .tooManyRequests: "Rack::Attack's text 429 with Retry-After: 1"
        case .tooManyForApplication: "the application limiter's JSON 429, without any header"
        case .badGateway: "workhorse's text 502, not processed"
        case .badGatewayPage: "a proxy's HTML 502, not processed"
        case .badGatewayAfter: "a write is processed and answered with a text 502"
        case .gatewayTimeoutAfter: "a write is processed and answered with an HTML 504"
        case .deployPage: "the deploy page, HTML 503, not processed"
        case .maintenance: "maintenance mode's JSON 503 for a write"
        case .readOnly: "a read-only instance's JSON 403 for a write"
        case .readOnlyRedirect:
            "a write is redirected to the root page, as forms are when read-only"
        case .serverError: "Rails' JSON 500, not processed"
        case .serverErrorAfter: "a write is processed and answered with Rails' JSON 500"
        case .lock: "409 Conflict: Resource lock, for a write"
        case .null: "a write ends as 2xx null, and nothing is saved"
        case .nullAfter: "a write is saved and answered with 2xx null"
        case .environmentRace: "has already been taken, for a POST of a deployment"
        case .commitUnknown: "the sha of a POST is not found"
        case .refUnknown: "the ref of a POST is not found"
        case .unauthorized: "the token is unknown"
        case .expired: "the token is expired"
        case .cutBefore: "a TCP reset, not processed"
        case .cutAfter: "a write is processed and answered with a TCP reset"
        case .cutLate: "a write gets a TCP reset at once and is processed two seconds later"
        case .truncated: "the body ends half-way, and so does the connection"
        case .slow: "the body comes one byte every 50 ms"
        case .hang: "no answer ever, not processed"
        case .hangAfter: "a write is processed and never answered"
        }
    }

    /// The requests it is meant for, unless said otherwise.
    var match: SandboxFault.Match {
        switch self {
        case .badGatewayAfter, .gatewayTimeoutAfter, .maintenance, .readOnly, .readOnlyRedirect,
            .serverErrorAfter, .lock, .null, .nullAfter, .cutAfter, .cutLate, .hangAfter:
            SandboxFault.Match(methods: ["POST", "PUT", "PATCH", "DELETE"])
        case .environmentRace, .commitUnknown, .refUnknown:
            SandboxFault.Match(methods: ["POST"], path: "/deployments")
        default: SandboxFault.Match()
        }
    }

    var effect: SandboxFault.Effect {
        SandboxFault.Effect { effect in
            effect.replacement = replacement
            effect.pretences = pretences
            effect.delivery = delivery
            if self == .cutLate { effect.delayBefore = 2000 }
            switch self {
            case .badGatewayAfter, .gatewayTimeoutAfter, .serverErrorAfter:
                effect.isProcessed = true
            case .cutBefore, .hang: effect.isProcessed = false
            default: if case .response = replacement { effect.isProcessed = false }
            }
            if self == .tooManyRequests { effect.isProcessed = false }
        }
    }

    private var pretences: Set<SandboxPretence> {
        switch self {
        case .null: [.rowNotSaved]
        case .environmentRace: [.environmentRace]
        case .commitUnknown: [.commitUnknown]
        case .refUnknown: [.refUnknown]
        case .unauthorized: [.tokenUnknown]
        case .expired: [.tokenExpired]
        default: []
        }
    }

    private var delivery: SandboxFault.Delivery {
        switch self {
        case .cutBefore, .cutAfter: .cut
        case .cutLate: .cutFirst
        case .truncated: .truncated(bytes: nil)
        case .slow: .slow(bytes: 1, everyMilliseconds: 50)
        case .hang, .hangAfter: .hang
        default: .whole
        }
    }

    private var replacement: SandboxFault.Replacement? {
        switch self {
        case .tooManyRequests: .retryLater(seconds: 1)
        case .tooManyForApplication: .response(Self.applicationLimit)
        case .badGateway, .badGatewayAfter:
            .response(Self.text(502, "GitLab is not responding"))
        case .badGatewayPage: .response(Self.page(502, "502 Bad Gateway"))
        case .gatewayTimeoutAfter: .response(Self.page(504, "504 Gateway Time-out"))
        case .deployPage: .response(Self.page(503, "Deploy in progress"))
        case .maintenance: .response(Sandbox.inMaintenance.response)
        case .readOnly: .response(Sandbox.isReadOnly.response)
        case .readOnlyRedirect: .response(HTTPResponse(status: 301, fields: [("Location", "/")]))
        case .serverError, .serverErrorAfter:
            .response(Refusal.message(500, "500 Internal Server Error").response)
        case .lock: .response(Refusal.message(409, "409 Conflict: Resource lock").response)
        case .nullAfter: .null
        default: nil
        }
    }

    private static let applicationLimit = HTTPResponse.json(429) { body in
        body.member("message") { writer in
            writer.object {
                $0.member(
                    "error",
                    "This endpoint has been requested too many times. Try again later."
                )
            }
        }
    }

    private static func text(_ status: Int, _ words: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            fields: [("Content-Type", "text/plain")],
            body: Array(words.utf8)
        )
    }

    static func page(_ status: Int, _ title: String) -> HTTPResponse {
        let page = """
            <html>
            <head><title>\(title)</title></head>
            <body><center><h1>\(title)</h1></center><hr><center>nginx</center></body>
            </html>

            """
        return HTTPResponse(
            status: status,
            fields: [("Content-Type", "text/html")],
            body: Array(page.utf8)
        )
    }
}

extension SandboxFault {
    package init(_ prepared: PreparedFault, count: Int? = 1) {
        self.init(prepared.effect, label: prepared.rawValue, match: prepared.match, count: count)
    }
}
