/// Byte strings by small numbers: each is kept once, in one run of memory.
///
/// What a million entries have in common (a place, a hook) then costs each of them four bytes.
struct BytesTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each string ends; it begins where the one before ends.
    private var ends: [UInt32] = []
    /// Open addressing by hash: number and 1; 0 is free.
    private var slots = [UInt32](repeating: 0, count: 64)

    var count: Int { ends.count }

    private func range(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    func withBytes<Value>(of number: UInt32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let range = range(Int(number))
        return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    func text(_ number: UInt32) -> String { withBytes(of: number) { String($0) } }

    mutating func number(of text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { number(of: UnsafeRawBufferPointer($0)) }
    }

    /// The number of these bytes; a new one when they were not there.
    mutating func number(of new: UnsafeRawBufferPointer) -> UInt32 {
        var slot = Int(truncatingIfNeeded: Self.hash(new)) & (slots.count - 1)
        while slots[slot] != 0 {
            let known = Int(slots[slot]) - 1
            if isEqual(known, new) { return UInt32(known) }
            slot = (slot + 1) & (slots.count - 1)
        }
        bytes.append(contentsOf: new)
        ends.append(UInt32(bytes.count))
        slots[slot] = UInt32(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return UInt32(ends.count - 1)
    }

    private func isEqual(_ number: Int, _ other: UnsafeRawBufferPointer) -> Bool {
        let range = range(number)
        guard range.count == other.count else { return false }
        return bytes.withUnsafeBytes { bytes in
            UnsafeRawBufferPointer(rebasing: bytes[range]).elementsEqual(other)
        }
    }

    private mutating func grow() {
        var wider = [UInt32](repeating: 0, count: slots.count * 2)
        bytes.withUnsafeBytes { bytes in
            for number in 0..<ends.count {
                let own = UnsafeRawBufferPointer(rebasing: bytes[range(number)])
                var slot = Int(truncatingIfNeeded: Self.hash(own)) & (wider.count - 1)
                while wider[slot] != 0 { slot = (slot + 1) & (wider.count - 1) }
                wider[slot] = UInt32(number + 1)
            }
        }
        slots = wider
    }

    /// Eight bytes a step; senders choose the bytes, and can make no more of them equal than they
    /// send.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        while bytes.count - at >= 8 {
            hash = mix(hash, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        var rest: UInt64 = 0
        while at < bytes.count {
            rest = rest << 8 | UInt64(bytes[at])
            at += 1
        }
        hash = mix(hash, rest)
        return hash ^ hash >> 32
    }

    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
        return mixed ^ mixed >> 33
    }
}

/// Lanes' places by small numbers: endpoint, project and environment, as their fields stand in a
/// record.
struct PlaceTable: Sendable {
    private var table = BytesTable()
    /// The parts of those that were asked for.
    private var parts: [UInt32: PlaceName] = [:]

    var count: Int { table.count }

    mutating func number(of fields: UnsafeRawBufferPointer) -> UInt32 {
        table.number(of: fields)
    }

    mutating func number(of place: PlaceName) -> UInt32 {
        var writer = FieldWriter()
        writer.put(place.endpoint)
        writer.put(place.project)
        writer.put(place.environment)
        return writer.bytes.withUnsafeBytes { table.number(of: $0) }
    }

    func name(_ number: UInt32) -> PlaceName {
        if let known = parts[number] { return known }
        return table.withBytes(of: number) { PlaceName(fields: $0) }
    }

    /// As `name`, and quicker from the second time on.
    mutating func keptName(_ number: UInt32) -> PlaceName {
        if let known = parts[number] { return known }
        let name = name(number)
        parts[number] = name
        return name
    }
}

struct PlaceName: Hashable, Sendable {
    var endpoint: String
    var project: String
    var environment: String

    init(endpoint: String, project: String, environment: String) {
        self.endpoint = endpoint
        self.project = project
        self.environment = environment
    }

    /// Bytes that `HeadReader` has found whole.
    fileprivate init(fields: UnsafeRawBufferPointer) {
        var reader = HeadReader(fields, kind: 0)
        do throws(RecordError) {
            endpoint = String(try reader.run())
            project = String(try reader.run())
            environment = String(try reader.run())
        } catch {
            preconditionFailure("a place was not written by PlaceTable: \(error)")
        }
    }
}
