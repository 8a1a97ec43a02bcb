import POSIX

/// What a command reads: a file, or standard input for `-` and for nothing.
struct Input {
    let bytes: [UInt8]

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    init(_ path: String?) throws(Unreadable) {
        guard let path, path != "-" else {
            bytes = FileSystem.readInput()
            return
        }
        switch FileSystem.read(path) {
        case .success(let read): bytes = read
        case .failure(let error): throw Unreadable(description: "\(path): \(error)")
        }
    }
}
