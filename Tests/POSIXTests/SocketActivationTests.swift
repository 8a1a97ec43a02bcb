import POSIX
import Testing

@Suite("Sockets that systemd passes")
struct SocketActivationTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var variables: [String: String]
        var hooks: Int32?
        var admin: Int32?

        init(_ fds: String, _ names: String?, _ hooks: Int32?, _ admin: Int32?) {
            variables = ["LISTEN_PID": "7", "LISTEN_FDS": fds]
            variables["LISTEN_FDNAMES"] = names
            (self.hooks, self.admin) = (hooks, admin)
        }

        var testDescription: String { "\(variables)" }
    }

    @Test(
        "by name where one is ours, else the first is hooks' and the second admin's",
        arguments: [
            Row("1", nil, 3, nil), Row("2", nil, 3, 4), Row("1", "relay.socket", 3, nil),
            Row("2", "a:b", 3, 4), Row("2", "admin:hooks", 4, 3), Row("1", "admin", nil, 3),
            Row("3", "x:admin:hooks", 5, 4), Row("3", "x:y:hooks", 5, nil),
            // More names than sockets: those count that have one.
            Row("1", "hooks:admin", 3, nil),
        ]
    )
    func places(row: Row) throws {
        let found = try #require(try SocketActivation(row.variables, own: 7))
        #expect(found.hooks == row.hooks)
        #expect(found.admin == row.admin)
    }

    @Test(
        "what is meant for another process, or is nothing, is left alone",
        arguments: [
            [:], ["LISTEN_FDS": "2"], ["LISTEN_FDS": "2", "LISTEN_PID": "8"],
            ["LISTEN_FDS": "0", "LISTEN_PID": "7"], ["LISTEN_PID": "7"],
        ]
    )
    func notOurs(variables: [String: String]) throws {
        #expect(try SocketActivation(variables, own: 7) == nil)
    }

    @Test(
        "sockets without a place are a mistake that says what to write",
        arguments: ["3", "x", "-1"]
    )
    func noPlace(count: String) throws {
        let mistake = try #require(throws: SocketActivation.Mistake.self) {
            try SocketActivation(["LISTEN_PID": "7", "LISTEN_FDS": count], own: 7)
        }
        #expect(mistake.description.contains("LISTEN_FDS"))
    }
}
