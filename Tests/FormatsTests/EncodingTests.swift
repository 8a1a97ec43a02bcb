import Formats
import Testing

@Suite("Encodings")
struct EncodingTests {
    @Test(
        "base64 is that of RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64.decodeURLSafe(encoded) == Array(plain.utf8))
    }

    @Test("the two alphabets differ in two letters and do not read each other's")
    func alphabets() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xBE]
        #expect(Base64.encode(bytes) == "+/++")
        #expect(Base64.encodeURLSafe(bytes) == "-_--")
        #expect(Base64.decode("-_--") == nil)
        #expect(Base64.decodeURLSafe("+/++") == nil)
        let all = Array(UInt8.min...UInt8.max)
        #expect(Base64.decode(Base64.encode(all)) == all)
        #expect(Base64.decodeURLSafe(Base64.encodeURLSafe(all)) == all)
    }

    @Test(
        "base64 that another reader could take for something else is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zm8=", "=", "====", "Zm 9v", "Zm9v\n",
            "Zm9v====", "Z===", "Zmé=", "Zg=A",
        ]
    )
    func base64Refused(text: String) { #expect(Base64.decode(text) == nil) }

    @Test("hex is written in lower case and read in both")
    func hex() {
        #expect(Hex.encode([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
        #expect(Hex.decode("000fA0Ff") == [0x00, 0x0F, 0xA0, 0xFF])
        #expect(Hex.decode("") == [])
        for text in ["0", "0g", "0x00", " 00", "0 0", "é0", "+1", "00\n"] {
            #expect(Hex.decode(text) == nil, "\(text)")
        }
        #expect((UInt8.min...UInt8.max).compactMap { Hex.value($0) }.count == 22)
    }

    @Test(
        "percent-encoding leaves only what no path or query reads as its own",
        arguments: [
            ("group/name", "group%2Fname"), ("a-b._~Z9", "a-b._~Z9"), ("é €", "%C3%A9%20%E2%82%AC"),
            ("?#[]@!$&'()*+,;=:%", "%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%25"),
            ("../x", "..%2Fx"),
            ("a\r\nb", "a%0D%0Ab"), ("", ""),
        ]
    )
    func percent(plain: String, encoded: String) {
        #expect(PercentEncoding.encodeSegment(plain) == encoded)
        #expect(PercentEncoding.decode(encoded.utf8) == Array(plain.utf8))
    }

    @Test("percent signs without two hex digits are refused, small hex digits are read")
    func percentRefused() {
        for text in ["%", "%4", "a%g0", "%0g", "%%20"] {
            #expect(PercentEncoding.decode(text.utf8) == nil)
        }
        #expect(PercentEncoding.decode("%c3%a9+".utf8) == Array("é+".utf8))
    }
}

@Suite("Credentials")
struct CredentialTests {
    @Test("a credential prints as stars, whatever route it takes")
    func stars() {
        let credential = Credential("glpat-secret")
        struct Holder { var token: Credential?, list: [Credential], pair: [String: Credential] }
        let holder = Holder(token: credential, list: [credential], pair: ["a": credential])
        var dumped = ""
        dump(credential, to: &dumped)
        dump(holder, to: &dumped)
        var printed = ""
        print(credential, holder, to: &printed)
        let texts = [
            "\(credential)", credential.description, credential.debugDescription,
            String(reflecting: credential),
            String(describing: holder), String(reflecting: holder), "\([credential])",
            "\(credential as Any)",
            dumped, printed, "\(Mirror(reflecting: credential).children.map { "\($0)" })",
        ]
        for text in texts { #expect(!text.contains("secret"), "\(text)") }
        #expect("\(credential)" == "***")
    }

    @Test("a credential fits itself and nothing else")
    func matches() {
        let credential = Credential("abc")
        #expect(credential.matches(Array("abc".utf8)))
        for other in ["", "ab", "abcd", "abcabc", "abd", "Abc", "xbc"] {
            #expect(!credential.matches(Array(other.utf8)), "\(other)")
            #expect(credential != Credential(other))
        }
        #expect(credential == Credential(Array("abc".utf8)))
        #expect(credential.withSecret { $0 } == Array("abc".utf8))
        #expect(Credential("").isEmpty)
        #expect(Credential("").matches([]))
        #expect(!Credential("").matches([0]))
    }

    @Test("the comparison in constant time is a comparison")
    func constantTime() {
        let bytes: [[UInt8]] = [
            [], [0], [0, 0], [1], [1, 2, 3], [1, 2, 4], [0xFF], [1, 2, 3, 1, 2, 3],
        ]
        for a in bytes {
            for b in bytes { #expect(ConstantTime.equal(a, b) == (a == b), "\(a) \(b)") }
        }
    }

    @Test("a commit id is 40 or 64 hex digits, in lower case from then on")
    func commitID() {
        let short = "07aa5a0d1ef79164f74cbe5f2a89bb33f451363c"
        let long = short + "0123456789abcdef01234567"
        for id in [short, long] {
            #expect(CommitID.normalized(id) == id)
            #expect(CommitID.normalized(id.uppercased()) == id)
            for wrong in [
                "", String(id.dropLast()), id + "0", "g" + id.dropFirst(), id.dropLast() + "/",
                id.dropLast(2) + "é", " " + id.dropFirst(),
            ] {
                #expect(CommitID.normalized(String(wrong)) == nil)
            }
        }
    }
}
