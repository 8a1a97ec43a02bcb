import POSIX
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "what can be listened on is read, and written as it is commonly written",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1:8080", true), ("0.0.0.0:0", "0.0.0.0:0", false),
            ("localhost:65535", "127.0.0.1:65535", true),
            ("127.1.2.3:1", "127.1.2.3:1", true), ("10.0.0.7:80", "10.0.0.7:80", false),
            ("[::1]:8080", "[::1]:8080", true),
            ("[::]:80", "[::]:80", false), (":8080", "[::]:8080", false),
            ("*:8080", "[::]:8080", false),
            ("[2001:DB8::1]:443", "[2001:db8::1]:443", false),
            ("[2001:db8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1", false),
            ("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1", false), ("[1::]:1", "[1::]:1", false),
            ("[::8]:1", "[::8]:1", false),
            ("[1:0:3:4:5:6:7:8]:1", "[1:0:3:4:5:6:7:8]:1", false),
            ("unix:/run/relay.sock", "unix:/run/relay.sock", true),
            ("unix:/a:b", "unix:/a:b", true),
            ("unix:/a?mode=0660", "unix:/a", true),
            ("unix:/a?mode=666", "unix:/a?mode=0666", true),
            ("unix:/a?mode=0600", "unix:/a?mode=0600", true),
        ]
    )
    func reads(text: String, written: String, isLoopback: Bool) throws {
        let address = try SocketAddress(text)
        #expect("\(address)" == written)
        #expect(address.isLoopback == isLoopback)
        #expect(try SocketAddress(written) == address)
    }

    @Test(
        "what cannot is refused, saying what is wrong and what to write",
        arguments: [
            ("", "port"), ("8080", "port"), ("127.0.0.1", "port"), ("127.0.0.1:", "port"),
            ("127.0.0.1:65536", "port"),
            ("127.0.0.1:-1", "port"), ("127.0.0.1:+80", "port"), ("127.0.0.1:080", "port"),
            ("127.0.0.1:http", "port"),
            ("127.0.0.1: 80", "port"), ("256.0.0.1:80", "no address"), ("1.2.3:80", "no address"),
            ("1.2.3.4.5:80", "no address"),
            ("010.0.0.1:80", "no address"), ("+1.2.3.4:80", "no address"),
            ("-0.0.0.0:80", "no address"), ("1..2.3:80", "no address"),
            ("relay.example.com:80", "not looked up"), ("::1:80", "no address"), ("[::1]", "port"),
            ("[::1:80", "no address"),
            ("[:::]:80", "no address"), ("[1::2::3]:80", "no address"),
            ("[12345::]:80", "no address"), ("[g::]:80", "no address"),
            ("[+1::]:80", "no address"), ("[1:2:3:4:5:6:7]:80", "no address"),
            ("[1:2:3:4:5:6:7:8:9]:80", "no address"),
            ("[]:80", "no address"), ("http://127.0.0.1:80", "no address"),
            ("unix:/a?mode=0999", "mode"), ("unix:/a?mode=7777", "mode"), ("unix:/a?mode=", "mode"),
            ("unix:/a?mode=+660", "mode"), ("unix:/a?mod=660", "mode"), ("unix:/a?", "mode"),
            ("unix:relay.sock", "absolute"), ("unix:", "absolute"),
            ("unix:/" + String(repeating: "x", count: 107), "108 bytes"),
        ]
    )
    func refuses(text: String, words: String) throws {
        let mistake = try #require(throws: SocketAddress.Mistake.self) { try SocketAddress(text) }
        #expect("\(mistake.problem)".contains(words), "\(mistake)")
        #expect(!mistake.hint.isEmpty)
    }
}
