import Foundation
import Testing

/// A start whose data folder cannot be made ends at once, and says where, why and what to do.
///
/// A folder that is there and cannot be written is another matter: `MountTests`, `FullDiskTests`.
@Suite("First start without a data folder", .serialized)
struct FirstStartTests {
    private static func serve(_ data: String, under wrapper: [String] = []) throws -> CommandRun {
        try CommandRun.relay(
            ["serve"],
            environment: [
                "RELAY_DATA": data, "RELAY_LISTEN": "127.0.0.1:0",
                "RELAY_ADMIN_LISTEN": "127.0.0.1:0", "GITLAB_TOKEN": Stage.token,
            ],
            under: wrapper
        )
    }

    @Test("a file in the way", arguments: ["file", "file/data"])
    func file(path: String) throws {
        let folder = try Folder()
        _ = try folder.write("", to: "file")
        let data = "\(folder.path)/\(path)"
        let words =
            path == "file"
            ? "the data folder \(data) is a file, not a folder"
            : "the data folder \(data) cannot be made: \(folder.path)/file is a file"
        let run = try Self.serve(data)
        #expect(run.code == 1)
        #expect(run.errors.hasPrefix("deployment-relay serve: \(words)\nhint: "), "\(run.errors)")
        #expect(run.errors.contains("RELAY_DATA"))
        let check = try CommandRun.relay(["check", "--offline"], environment: ["RELAY_DATA": data])
        #expect(check.code == 1)
        #expect(check.output.contains("RELAY_DATA"), "\(check.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test("a place where this user may make nothing")
    func forbidden() throws {
        let wrapper = "/usr/bin/setpriv"
        guard geteuid() != 0 || FileManager.default.isExecutableFile(atPath: wrapper) else {
            print("setpriv(1) is not installed: as root every folder can be made")
            return
        }
        let folder = try Folder()
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        let data = "\(folder.path)/a/b"
        let user = geteuid() == 0 ? 65532 : geteuid()
        let words = [
            wrapper, "--reuid", "65532", "--regid", "65532", "--clear-groups", "--inh-caps=-all",
        ]
        let run = try Self.serve(data, under: geteuid() == 0 ? words : [])
        #expect(run.code == 1)
        #expect(
            run.errors.hasPrefix(
                "deployment-relay serve: the data folder \(data) cannot be made by user \(user): "
                    + "\(folder.path): access: Permission denied\nhint: "
            ),
            "\(run.errors)"
        )
    }

    @Test("where the kernel refuses it for another reason, that is said")
    func refused() throws {
        let run = try Self.serve("/proc/relay-data")
        #expect(run.code == 1)
        let words = "deployment-relay serve: the data folder /proc/relay-data cannot be made"
        #expect(run.errors.hasPrefix(words), "\(run.errors)")
        #expect(run.errors.contains("\nhint: "))
    }
}
