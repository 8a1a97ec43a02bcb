import POSIX

/// The files of a log: `accepted-00000001.log`, and what was set aside of them.
struct SegmentNames: Sendable {
    let folder: String
    let log: String

    func path(_ number: UInt32) -> String {
        let digits = String(number)
        return "\(folder)/\(log)-" + String(repeating: "0", count: max(0, 8 - digits.count))
            + digits
            + ".log"
    }

    /// The numbers of the segments that are there, rising.
    func numbers() throws(SystemError) -> [UInt32] {
        try FileSystem.list(folder).compactMap { name in
            guard name.hasPrefix(log + "-"), name.hasSuffix(".log") else { return nil }
            return UInt32(name.dropFirst(log.count + 1).dropLast(4))
        }.sorted()
    }

    /// Copies damaged bytes to a file of their own, for whoever wants to look.
    func setAside(_ path: String, _ offset: Int, _ bytes: [UInt8]) -> Damage {
        let copy = String(path.dropLast(4)) + "-\(offset).damaged"
        let wasKept: Bool
        do {
            let file = try FileSystem.openForAppending(copy)
            try FileSystem.write(bytes, to: file.number, at: 0)
            wasKept = true
        } catch {
            wasKept = false
        }
        return Damage(
            file: path,
            offset: offset,
            count: bytes.count,
            quarantine: wasKept ? copy : nil
        )
    }
}
