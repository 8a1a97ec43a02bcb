/// Unicode's simple case folding, as Go's `unicode.SimpleFold` has it.
enum CaseFolding {
    /// The representative of a code point's orbit: equal for code points that differ in case only.
    static func key(of point: UInt32) -> UInt32 {
        if point < 0x80 {
            return 0x41...0x5A ~= point ? point + 0x20 : point
        }
        // Dotless i goes with i in Turkic languages only.
        if point == 0x131 { return point }
        return lower(upper(point))
    }

    /// All code points that fold together with `point`, itself among them.
    static func orbit(of point: UInt32) -> [UInt32] {
        let key = key(of: point)
        if key < 0x80, point < 0x80 {
            guard 0x61...0x7A ~= key else { return [key] }
            return [key, key - 0x20] + oddMembers(of: key)
        }
        var orbit = [key]
        for other in [upper(key), title(key), point] + oddMembers(of: key)
        where !orbit.contains(other) && Self.key(of: other) == key {
            orbit.append(other)
        }
        return orbit
    }

    static func upper(_ point: UInt32) -> UInt32 {
        if point < 0x80 { return 0x61...0x7A ~= point ? point - 0x20 : point }
        return single(point) { $0.uppercaseMapping }
    }

    static func lower(_ point: UInt32) -> UInt32 {
        if point < 0x80 { return 0x41...0x5A ~= point ? point + 0x20 : point }
        // The full mapping has a combining dot; the simple one is plain i.
        if point == 0x130 { return 0x69 }
        return single(point) { $0.lowercaseMapping }
    }

    static func title(_ point: UInt32) -> UInt32 { single(point) { $0.titlecaseMapping } }

    /// Mappings to several code points are not simple ones; such a code point stays.
    private static func single(
        _ point: UInt32,
        _ mapping: (Unicode.Scalar.Properties) -> String
    ) -> UInt32 {
        guard let scalar = Unicode.Scalar(point) else { return point }
        let mapped = mapping(scalar.properties).unicodeScalars
        guard mapped.count == 1, let first = mapped.first else { return point }
        return first.value
    }

    /// Members that neither upper nor title case of the key leads to.
    private static func oddMembers(of key: UInt32) -> [UInt32] {
        switch key {
        case 0x6B: [0x212A]
        case 0x73: [0x17F]
        case 0xDF: [0x1E9E]
        case 0xE5: [0x212B]
        case 0x3B9: [0x345, 0x1FBE]
        case 0x3B2: [0x3D0]
        case 0x3B5: [0x3F5]
        case 0x3B8: [0x3D1, 0x3F4]
        case 0x3BA: [0x3F0]
        case 0x3BC: [0xB5]
        case 0x3C0: [0x3D6]
        case 0x3C1: [0x3F1]
        case 0x3C3: [0x3C2]
        case 0x3C6: [0x3D5]
        case 0x3C9: [0x2126]
        case 0x1E61: [0x1E9B]
        case 0x432: [0x1C80]
        case 0x434: [0x1C81]
        case 0x43E: [0x1C82]
        case 0x441: [0x1C83]
        case 0x442: [0x1C84, 0x1C85]
        case 0x44A: [0x1C86]
        case 0x463: [0x1C87]
        case 0xA64B: [0x1C88]
        default: []
        }
    }
}
