import Formats
import JSON
import POSIX
package import Relay

/// Writes log lines: one line, one event.
///
/// Any thread. Only this room writes lines, and no secret has a way into one. A reader that is
/// stuck never holds up a loop: lines wait in memory, and beyond a limit they are left out and
/// counted (`LineOutput`).
package struct Log: Sendable {
    package let form: LogForm
    package let level: LogLevel
    private let output: LineOutput

    /// `descriptor`: stays open as long as the log is used: standard output or error.
    package init(form: LogForm, level: LogLevel, descriptor: Int32) {
        self.form = form
        self.level = level
        output = LineOutput(descriptor)
    }

    package enum Value: Sendable {
        case text(String)
        case number(Int64)
        case flag(Bool)
    }

    package func debug(_ message: String, _ fields: @autoclosure () -> [(String, Value?)] = []) {
        write(.debug, message, fields)
    }

    package func info(_ message: String, _ fields: @autoclosure () -> [(String, Value?)] = []) {
        write(.info, message, fields)
    }

    package func warn(_ message: String, _ fields: @autoclosure () -> [(String, Value?)] = []) {
        write(.warn, message, fields)
    }

    package func error(_ message: String, _ fields: @autoclosure () -> [(String, Value?)] = []) {
        write(.error, message, fields)
    }

    /// A turn's lines, between these two, are written in few calls.
    package func beginGathering() { output.beginGathering() }
    package func endGathering() { output.endGathering() }

    /// Whether lines wait for whoever reads them.
    package var isBehind: Bool { output.isBehind }

    /// Gives the reader what it will take now; without it that happens at the next line.
    package func catchUp() { output.catchUp() }

    /// The last chance for what still waits: for at most `milliseconds`.
    package func finish(milliseconds: Int32 = 200) { output.finish(milliseconds: milliseconds) }

    private func write(
        _ level: LogLevel,
        _ message: String,
        _ fields: () -> [(String, Value?)]
    ) {
        guard level >= self.level else { return }
        output.write(line(level, message, fields())) { count in
            line(.warn, "log-lines-left-out", [("count", .number(Int64(count)))])
        }
    }

    private func line(
        _ level: LogLevel,
        _ message: String,
        _ fields: [(String, Value?)]
    ) -> [UInt8] {
        let now = Timestamp(milliseconds: Clock.now()).rfc3339
        return switch form {
        case .json: json(now, level, message, fields)
        case .text: text(now, level, message, fields)
        }
    }

    private func json(
        _ now: String,
        _ level: LogLevel,
        _ message: String,
        _ fields: [(String, Value?)]
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 384)
        writer.object { writer in
            writer.member("time", now)
            writer.member("level", level.rawValue)
            writer.member("msg", message)
            for (name, value) in fields {
                switch value {
                case .text(let text): writer.member(name, text)
                case .number(let number): writer.member(name, number)
                case .flag(let flag): writer.member(name, flag)
                case nil: break
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }

    private func text(
        _ now: String,
        _ level: LogLevel,
        _ message: String,
        _ fields: [(String, Value?)]
    ) -> [UInt8] {
        let time = now.dropFirst(11).dropLast(5)
        var line = "\(time) \(level.rawValue.uppercased()) \(message)"
        for (name, value) in fields {
            switch value {
            case .text(let text): line += " \(name)=\(quoted(text))"
            case .number(let number): line += " \(name)=\(number)"
            case .flag(let flag): line += " \(name)=\(flag)"
            case nil: break
            }
        }
        return Array(line.utf8) + [0x0A]
    }

    /// Quoted when it holds blanks or anything a terminal could take for a command.
    private func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F && $0 != 0x3D }
        guard !isPlain || text.isEmpty else { return text }
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
