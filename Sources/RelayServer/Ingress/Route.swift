import Formats
import HTTP

/// Where a request goes, by its path alone.
enum Route: Equatable {
    case hook(name: String)
    /// GitLab's own path; the project percent-decoded.
    case recipe(project: String)
    case live
    case ready
    /// `OPTIONS *`: the server as a whole (RFC 9110 §9.3.7).
    case server
    // The admin address.
    case console
    case consoleStyle
    case consoleScript
    case overview
    case history
    case stream
    case metrics
    case deliveries
    case delivery(id: String)
    case act(id: String, Action)
    case dryRun(id: String)
    case deployments
    /// Closes a row of GitLab's that no operation owns.
    case close
    case endpoints
    case render(hook: String)
    case reload
    case unknown

    enum Action: String { case redeliver, drop, retell }

    /// What answers here, for `Allow` (RFC 9110 §10.2.1).
    var methods: [String] {
        switch self {
        // GET tells what POST would do.
        case .act(_, .redeliver), .act(_, .retell): ["GET", "HEAD", "POST"]
        case .hook, .recipe, .act, .render, .reload, .close: ["POST"]
        case .server: ["OPTIONS"]
        case .unknown: []
        default: ["GET", "HEAD"]
        }
    }

    /// Whether a request is nothing without a body.
    var takesBody: Bool {
        switch self {
        case .hook, .recipe, .render: true
        default: false
        }
    }

    /// Whether it is a piece of the console's page.
    var isOfConsole: Bool {
        switch self {
        case .console, .consoleStyle, .consoleScript: true
        default: false
        }
    }

    /// The label of metrics: of fixed number, whatever is asked.
    var label: String {
        switch self {
        case .hook: "/hooks/:name"
        case .recipe: "/api/v4/projects/:id/deployments"
        case .live: "/livez"
        case .ready: "/readyz"
        case .server: "*"
        case .console: "/"
        case .consoleStyle: "/console.css"
        case .consoleScript: "/console.js"
        case .overview: "/api/overview"
        case .history: "/api/history"
        case .stream: "/api/stream"
        case .metrics: "/metrics"
        case .deliveries: "/api/deliveries"
        case .delivery: "/api/deliveries/:id"
        case .act: "/api/deliveries/:id/:action"
        case .dryRun: "/api/deliveries/:id/render"
        case .deployments: "/api/deployments"
        case .close: "/api/deployments/close"
        case .endpoints: "/api/endpoints"
        case .render: "/api/render/:name"
        case .reload: "/-/reload"
        case .unknown: "unknown"
        }
    }

    init(_ head: HTTPRequestHead, role: Connection.Role) {
        switch (head.path, role) {
        case ("/livez", _), ("/healthz", _), ("/-/healthy", _): self = .live
        case ("/readyz", _), ("/-/ready", _): self = .ready
        case ("*", _): self = .server
        case (_, .hooks): self = Self.hooks(head)
        case (_, .admin): self = Self.admin(head)
        }
    }

    private static func hooks(_ head: HTTPRequestHead) -> Route {
        let segments = head.segments
        if segments.count == 2, segments[0] == "hooks", !segments[1].isEmpty {
            return .hook(name: segments[1])
        }
        // The project may be a number, one segment with %2F, or its slashes as they are.
        if segments.count >= 5, segments[..<3] == ["api", "v4", "projects"],
            segments.last == "deployments"
        {
            let project = segments[3..<segments.count - 1].joined(separator: "/")
            return project.isEmpty ? .unknown : .recipe(project: project)
        }
        return .unknown
    }

    private static func admin(_ head: HTTPRequestHead) -> Route {
        let segments = head.segments
        switch segments.count {
        case 1 where segments[0].isEmpty: return .console
        case 1 where segments[0] == "metrics": return .metrics
        case 1 where segments[0] == "console.css": return .consoleStyle
        case 1 where segments[0] == "console.js": return .consoleScript
        case 2 where segments == ["api", "overview"]: return .overview
        case 2 where segments == ["api", "history"]: return .history
        case 2 where segments == ["api", "stream"]: return .stream
        case 2 where segments == ["api", "deliveries"]: return .deliveries
        case 2 where segments == ["api", "deployments"]: return .deployments
        case 2 where segments == ["api", "endpoints"]: return .endpoints
        case 2 where segments == ["-", "reload"]: return .reload
        case 3 where segments[..<2] == ["api", "deliveries"]: return .delivery(id: segments[2])
        case 3 where segments == ["api", "deployments", "close"]: return .close
        case 3 where segments[..<2] == ["api", "render"]: return .render(hook: segments[2])
        case 4 where segments[..<2] == ["api", "deliveries"] && segments[3] == "render":
            return .dryRun(id: segments[2])
        case 4 where segments[..<2] == ["api", "deliveries"]:
            return Action(rawValue: segments[3]).map { .act(id: segments[2], $0) } ?? .unknown
        default: return .unknown
        }
    }
}
