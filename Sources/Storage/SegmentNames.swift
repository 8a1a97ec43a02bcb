import POSIX

/// The files of a log: `accepted-00000001.log`, and what was set aside of them.
struct SegmentNames: Sendable {
    let folder: String
    let log: String

    func path(_ number: UInt32) -> String {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
        return "\(folder)/\(log)-\(zeros)\(digits).log"
    }

    /// The numbers of the segments that are there, rising.
    func numbers() throws(SystemError) -> [UInt32] {
        try FileSystem.list(folder).compactMap { name in
            guard name.hasPrefix(log + "-"), name.hasSuffix(".log") else { return nil }
            return UInt32(name.dropFirst(log.count + 1).dropLast(4))
        }.sorted()
    }

    /// Copies damaged bytes to a file of their own, for whoever wants to look.
    ///
    /// A copy made at an earlier start stays as it is. One that cannot be made (the disk is full)
    /// is no reason not to start; the damage then names none.
    func setAside(
        _ path: String,
        _ kind: Damage.Kind,
        offset: Int,
        _ bytes: [UInt8],
        _ files: LogFiles
    ) -> Damage {
        let copy = String(path.dropLast(4)) + "-\(offset).damaged"
        var kept: String? = copy
        if case .success(bytes) = FileSystem.read(copy, limit: .max) {
            return Damage(
                kind: kind,
                file: path,
                offset: offset,
                count: bytes.count,
                quarantine: copy
            )
        }
        do {
            let file = try files.open(copy)
            try files.cut(file.number, 0)
            try files.write(bytes, file.number, 0)
            try files.flush(file.number)
        } catch {
            kept = nil
        }
        return Damage(kind: kind, file: path, offset: offset, count: bytes.count, quarantine: kept)
    }
}
