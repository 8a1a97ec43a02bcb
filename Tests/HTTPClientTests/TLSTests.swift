import Foundation
import HTTPClient
import Testing

/// `openssl s_server` with a certificate that it has signed itself.
final class TLSServer {
    let folder: URL
    let port: String
    private let process: Process

    static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    var certificate: String { folder.appending(path: "cert.pem").path }

    /// Starts a server whose certificate is for `names`, as `subjectAltName` writes them.
    init(for names: String) throws {
        let openssl = try #require(Self.openssl)
        folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = folder.appending(path: "key.pem").path
        let certificate = folder.appending(path: "cert.pem").path
        let maker = Self.process(
            openssl,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
                certificate, "-days", "2",
                "-subj", "/CN=tests", "-addext", "subjectAltName=\(names)",
            ]
        )
        try maker.run()
        maker.waitUntilExit()
        process = Self.process(
            openssl,
            [
                "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www",
            ]
        )
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var words = ""
        while !words.contains("ACCEPT"), case let piece = output.fileHandleForReading.availableData,
            !piece.isEmpty
        {
            words += String(decoding: piece, as: UTF8.self)
        }
        let line = words.split(separator: "\n").first { $0.hasPrefix("ACCEPT") }
        port = String(try #require(line?.split(separator: ":").last, "\(words)"))
    }

    deinit {
        // A child of the test runner may have SIGTERM blocked, as the runner's thread had.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func process(_ path: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        return process
    }
}

@Suite(
    "TLS of the HTTP client",
    .enabled(
        if: TLSServer.openssl != nil,
        "openssl is not installed, so there is no TLS server to try"
    )
)
struct TLSTests {
    @Test("a certificate that nobody we trust has signed is refused before anything is sent")
    func selfSigned() throws {
        let server = try TLSServer(for: "IP:127.0.0.1,DNS:localhost")
        var client = client()
        let failure = try #require(throws: HTTPClientFailure.self) {
            try client.ask(post("https://127.0.0.1:\(server.port)/", "x")).get()
        }
        #expect(failure.kind == .notSent)
        // CURLE_PEER_FAILED_VERIFICATION
        #expect(failure.code == 60, "\(failure)")
        client.close()
    }

    @Test("an authority of one's own is trusted by caFile, for this request only")
    func ownAuthority() throws {
        let server = try TLSServer(for: "IP:127.0.0.1,DNS:localhost")
        var client = client()
        var request = get("https://127.0.0.1:\(server.port)/")
        request.caFile = server.certificate
        #expect(try client.ask(request).get().status == 200)
        request.caFile = nil
        #expect(throws: HTTPClientFailure.self) { try client.ask(request).get() }
        request.caFile = "\(server.folder.path)/missing.pem"
        let failure = #expect(throws: HTTPClientFailure.self) { try client.ask(request).get() }
        #expect(failure?.kind == .notSent)
        client.close()
    }

    @Test("a certificate for another name is refused")
    func otherName() throws {
        let server = try TLSServer(for: "DNS:gitlab.example")
        var client = client()
        var request = get("https://127.0.0.1:\(server.port)/")
        request.caFile = server.certificate
        let failure = try #require(throws: HTTPClientFailure.self) { try client.ask(request).get() }
        #expect(failure.kind == .notSent)
        #expect(failure.code == 60, "\(failure)")
        client.close()
    }
}
