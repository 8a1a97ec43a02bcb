import Formats
import Testing

@Suite("SHA-512")
struct SHA512Tests {
    struct Row: CustomTestStringConvertible {
        let message: [UInt8]
        let digest: String

        var testDescription: String { "\(message.count) bytes" }
    }

    /// NIST's examples for FIPS 180-4: none, one block, two blocks, and a million letters.
    static let rows = [
        Row(
            message: [],
            digest: "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
        ),
        Row(
            message: Array("abc".utf8),
            digest: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        Row(
            message: Array(
                ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu").utf8
            ),
            digest: "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
                + "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"
        ),
        Row(
            message: [UInt8](repeating: 0x61, count: 1_000_000),
            digest: "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
                + "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"
        ),
    ]

    @Test("the digests are those of FIPS 180-4's examples", arguments: rows)
    func digest(row: Row) {
        #expect(Hex.encode(SHA512.digest(row.message)) == row.digest)
    }

    @Test("every length around the block's end is padded to whole blocks", arguments: 105...130)
    func padding(count: Int) {
        let message = [UInt8](repeating: 7, count: count)
        #expect(SHA512.digest(message).count == 64)
        #expect(SHA512.digest(message) != SHA512.digest(message + [0]))
    }
}
