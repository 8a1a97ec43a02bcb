import Formats
import Testing

@Suite("Digests")
struct DigestTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var message: [UInt8]
        var digest: String

        init(_ name: String, _ message: String, _ digest: String) {
            self.init(name, Array(message.utf8), digest)
        }

        init(_ name: String, _ message: [UInt8], _ digest: String) {
            (self.name, self.message, self.digest) = (name, message, digest)
        }

        var testDescription: String { name }
    }

    private static let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    private static let millionAs = [UInt8](repeating: 0x61, count: 1_000_000)

    @Test(
        "SHA-1 gives FIPS 180's digests",
        arguments: [
            Row("empty", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            Row("abc", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            Row("two blocks", twoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
            Row("a million a", millionAs, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        ]
    )
    func sha1(row: Row) { #expect(Hex.encode(SHA1.digest(row.message)) == row.digest) }

    static let sha256Rows = [
        Row("empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Row("abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Row(
            "two blocks",
            twoBlocks,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        Row(
            "a million a",
            millionAs,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("SHA-256 gives FIPS 180's digests", arguments: sha256Rows)
    func sha256(row: Row) { #expect(Hex.encode(SHA256.digest(row.message)) == row.digest) }

    @Test("SHA-256 without the processor's instructions gives the same", arguments: sha256Rows)
    func sha256Portable(row: Row) {
        var hash = SHA256(portable: true)
        hash.update(row.message)
        #expect(Hex.encode(hash.finish()) == row.digest)
    }

    @Test("both ways of SHA-256 and of CRC-32C agree on every length")
    func waysAgree() {
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        for length in 0...message.count {
            let part = Array(message[..<length])
            var hash = SHA256(portable: true)
            hash.update(part)
            #expect(hash.finish() == SHA256.digest(part))
            let crc = part.withUnsafeBytes { CRC32C.portable($0, continuing: 5) }
            #expect(crc == CRC32C.checksum(part, continuing: 5))
        }
    }

    @Test(
        "SHA-256 does not care how it is fed",
        arguments: [1, 3, 55, 56, 63, 64, 65, 127, 128, 1000]
    )
    func pieces(size: Int) {
        let message = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var hash = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            hash.update(message[start..<min(start + size, message.count)])
        }
        #expect(hash.finish() == SHA256.digest(message))
    }

    @Test("every length around a block's end is padded right")
    func padding() {
        // Each digest goes into the next message: one wrong length changes the last one.
        // The last ones are those of Python's hashlib.
        var chain256: [UInt8] = []
        var chain1: [UInt8] = []
        for length in 0..<200 {
            chain256 = SHA256.digest(
                Array((chain256 + [UInt8](repeating: 0x62, count: 200)).prefix(length))
            )
            chain1 = SHA1.digest(
                Array((chain1 + [UInt8](repeating: 0x62, count: 200)).prefix(length))
            )
        }
        #expect(
            Hex.encode(chain256)
                == "7ad45c8cec5d723b93a064045193bc56fc48fd11dd82092a211cef0ac604cfd4"
        )
        #expect(Hex.encode(chain1) == "836d8107c419f29b8d852ce56b72ff76adbbf53d")
    }

    struct HMACRow: CustomTestStringConvertible, Sendable {
        var number: Int
        var key: [UInt8]
        var data: [UInt8]
        var mac: String

        var testDescription: String { "RFC 4231 §4.\(number + 1)" }
    }

    private static func bytes(_ byte: UInt8, _ count: Int) -> [UInt8] {
        .init(repeating: byte, count: count)
    }

    static let hmacRows = [
        HMACRow(
            number: 1,
            key: bytes(0x0B, 20),
            data: Array("Hi There".utf8),
            mac: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        HMACRow(
            number: 2,
            key: Array("Jefe".utf8),
            data: Array("what do ya want for nothing?".utf8),
            mac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        HMACRow(
            number: 3,
            key: bytes(0xAA, 20),
            data: bytes(0xDD, 50),
            mac: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        HMACRow(
            number: 4,
            key: Array(1...25),
            data: bytes(0xCD, 50),
            mac: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        HMACRow(
            number: 6,
            key: bytes(0xAA, 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            mac: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        HMACRow(
            number: 7,
            key: bytes(0xAA, 131),
            data: Array(
                "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."
                    .utf8
            ),
            mac: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test("HMAC-SHA-256 gives RFC 4231's codes", arguments: hmacRows)
    func hmac(row: HMACRow) {
        #expect(Hex.encode(HMAC.sha256(key: row.key, row.data)) == row.mac)
    }

    @Test("HMAC with a truncated code fits its first 128 bits (RFC 4231 §4.6)")
    func truncated() {
        let mac = HMAC.sha256(key: Self.bytes(0x0C, 20), Array("Test With Truncation".utf8))
        #expect(Hex.encode(mac.prefix(16)) == "a3b6167473100ee06e0c796c2955552b")
    }

    @Test(
        "CRC-32C gives RFC 3720's checksums (appendix B.4)",
        arguments: [
            Row("zeros", bytes(0, 32), "8a9136aa"), Row("ones", bytes(0xFF, 32), "62a8ab43"),
            Row("rising", Array(0...31), "46dd794e"),
            Row("falling", (0...31).reversed(), "113fdb5c"),
            Row("digits", "123456789", "e3069283"), Row("empty", "", "00000000"),
            Row(
                "an iSCSI read command",
                Hex.decode(
                    "01c0000000000000000000000000000014000000000004000000001400000018280000000000000002000000 00000000"
                        .filter { $0 != " " }
                ) ?? [],
                "d9963a56"
            ),
        ]
    )
    func crc32c(row: Row) {
        let crc = CRC32C.checksum(row.message)
        #expect(row.message.withUnsafeBytes { CRC32C.portable($0) } == crc)
        #expect(Hex.encode(withUnsafeBytes(of: crc.bigEndian) { Array($0) }) == row.digest)
        for split in 0...row.message.count {
            let first = CRC32C.checksum(Array(row.message[..<split]))
            #expect(CRC32C.checksum(Array(row.message[split...]), continuing: first) == crc)
        }
    }
}
