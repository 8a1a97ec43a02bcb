import Foundation
import JSON

/// Chromium without a window, driven over its DevTools protocol: messages of JSON with a zero byte
/// behind each, on the descriptors 3 and 4 (`--remote-debugging-pipe`).
///
/// One page. Not a dependency: tests of it are skipped where it is not installed.
final class Browser {
    private static let tool = Tool("chromium") ?? Tool("google-chrome")
    static var isThere: Bool { tool != nil }

    private let process = Process()
    private let folder: Folder
    private let toBrowser = Pipe()
    private let fromBrowser = Pipe()
    private var unread: [UInt8] = []
    private var lastID = 0
    private var session: String?
    /// What the browser's console would show in red: errors, uncaught exceptions, violations of the
    /// content's policy.
    private(set) var complaints: [String] = []

    struct Failed: Error, CustomStringConvertible { let description: String }

    init() throws {
        guard let tool = Self.tool else { throw Failed(description: "no chromium") }
        folder = try Folder()
        let words =
            "exec '\(tool.path)' --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "
            + "--no-first-run '--user-data-dir=\(folder.path)' --remote-debugging-pipe "
            + "about:blank 3<&0 4>&1 </dev/null >/dev/null 2>&1"
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", words]
        process.standardInput = toBrowser
        process.standardOutput = fromBrowser
        try process.run()
        let target = try call("Target.createTarget") { $0.member("url", "about:blank") }
        let id = target["targetId"]?.string ?? ""
        let attached = try call("Target.attachToTarget") { writer in
            writer.member("targetId", id)
            writer.member("flatten", true)
        }
        session = attached["sessionId"]?.string
        for name in ["Page", "Runtime", "Log"] { _ = try call("\(name).enable") }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    // MARK: - What a person does

    func open(_ address: String) throws {
        // From elsewhere, so that a change behind the # loads the page anew, too.
        for url in ["about:blank", address] {
            _ = try call("Page.navigate") { $0.member("url", url) }
        }
    }

    /// `width` in CSS pixels.
    func show(width: Int, isDark: Bool) throws {
        _ = try call("Emulation.setDeviceMetricsOverride") { writer in
            writer.member("width", width)
            writer.member("height", 800)
            writer.member("deviceScaleFactor", 1)
            writer.member("mobile", width < 500)
        }
        _ = try call("Emulation.setEmulatedMedia") { writer in
            writer.member("features") { writer in
                writer.array { writer in
                    writer.object { writer in
                        writer.member("name", "prefers-color-scheme")
                        writer.member("value", isDark ? "dark" : "light")
                    }
                }
            }
        }
    }

    /// Keys that do something by themselves; the raw values are Windows' virtual key codes.
    enum Key: Int {
        case tab = 9
        case enter = 13
        case escape = 27
        case end = 35
        case left = 37

        var name: String {
            switch self {
            case .tab: "Tab"
            case .enter: "Enter"
            case .escape: "Escape"
            case .end: "End"
            case .left: "ArrowLeft"
            }
        }
    }

    func press(_ key: Key, shift: Bool = false) throws {
        for type in [key == .enter ? "keyDown" : "rawKeyDown", "keyUp"] {
            _ = try call("Input.dispatchKeyEvent") { writer in
                writer.member("type", type)
                writer.member("key", key.name)
                writer.member("code", key.name)
                writer.member("windowsVirtualKeyCode", key.rawValue)
                writer.member("modifiers", shift ? 8 : 0)
                if key == .enter { writer.member("text", "\r") }
            }
        }
    }

    /// Sends the sign-in form with this token.
    func signIn(_ token: String) throws {
        _ = try value(
            "(document.getElementById('token').value = '\(token)',"
                + "document.querySelector('#sign-in form').requestSubmit())"
        )
    }

    /// Requests of the page whose address fits `pattern` (with `*`) get no answer from now on.
    func withhold(_ pattern: String) throws {
        _ = try call("Fetch.enable") { writer in
            writer.member("patterns") { writer in
                writer.array { $0.object { $0.member("urlPattern", pattern) } }
            }
        }
    }

    /// What was withheld is asked now.
    func release() throws { _ = try call("Fetch.disable") }

    // MARK: - What a person sees

    /// The value of a JavaScript expression, as text.
    func value(_ expression: String) throws -> String {
        let answer = try call("Runtime.evaluate") {
            $0.member("expression", "String(\(expression))")
        }
        guard answer["exceptionDetails"] == nil, let text = answer["result"]?["value"]?.string
        else {
            throw Failed(description: "\(expression) has no value")
        }
        return text
    }

    /// What stands in the element with this id; empty where there is none yet.
    func text(_ id: String) throws -> String {
        try value("document.getElementById('\(id)')?.innerText || ''")
    }

    func wait(until expression: String) async throws {
        do {
            _ = try await eventually(expression) {
                try value("Boolean(\(expression))") == "true" ? true : nil
            }
        } catch let error as TimedOut {
            let seen = try value("document.body.innerText.slice(0, 3000)")
            throw TimedOut(description: "\(error.description); the page: \(seen); \(complaints)")
        }
    }

    func wait(for words: String, in id: String) async throws {
        try await wait(
            until: "document.getElementById('\(id)')?.innerText.includes('\(words)')"
        )
    }

    // MARK: - Messages

    private func call(
        _ method: String,
        _ parameters: (inout JSONWriter) -> Void = { _ in }
    ) throws -> JSONValue {
        lastID += 1
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("id", lastID)
            writer.member("method", method)
            if let session { writer.member("sessionId", session) }
            writer.member("params") { $0.object { parameters(&$0) } }
        }
        try toBrowser.fileHandleForWriting.write(contentsOf: Data(writer.bytes + [0]))
        while true {
            let message = try JSONDocument(parsing: next()).root
            if message["id"]?.number?.int64 == Int64(lastID) {
                if let error = message["error"]?["message"]?.string {
                    throw Failed(description: "\(method): \(error)")
                }
                guard let result = message["result"] else {
                    throw Failed(description: "\(method): no result")
                }
                return result
            }
            note(message)
        }
    }

    private func note(_ event: JSONValue) {
        let parameters = event["params"]
        switch event["method"]?.string {
        case "Log.entryAdded":
            let entry = parameters?["entry"]
            guard ["error", "warning"].contains(entry?["level"]?.string) else { return }
            complaints.append(entry?["text"]?.string ?? "an entry without words")
        case "Runtime.exceptionThrown":
            let details = parameters?["exceptionDetails"]
            complaints.append(
                details?["exception"]?["description"]?.string ?? "an uncaught exception"
            )
        case "Runtime.consoleAPICalled":
            complaints.append("console.\(parameters?["type"]?.string ?? "log")")
        default: break
        }
    }

    /// The next message, without its zero byte; at most 20 s of waiting.
    private func next() throws -> [UInt8] {
        let descriptor = fromBrowser.fileHandleForReading.fileDescriptor
        while true {
            if let end = unread.firstIndex(of: 0) {
                defer { unread.removeFirst(end + 1) }
                return Array(unread[..<end])
            }
            var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&one, 1, 20_000) == 1 else {
                throw Failed(description: "the browser says nothing")
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { throw Failed(description: "the browser ended") }
            unread += buffer[..<count]
        }
    }
}
