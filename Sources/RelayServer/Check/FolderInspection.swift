import POSIX

/// Whether the data folder can be made and written.
package enum FolderInspection {
    package static func finding(_ folder: String) -> Finding {
        if let obstacle = obstacle(folder) {
            return Finding(.wrong, "data", "\(folder) \(obstacle)", remedy: remedy)
        }
        guard FileSystem.stamp(folder) != nil else {
            return Finding(.right, "data", "\(folder) is not there yet; serve makes it")
        }
        let trial = "\(folder)/.check"
        do {
            let file = try FileSystem.openForAppending(trial)
            try FileSystem.write([0x0A], to: file.number, at: 0)
            try FileSystem.flush(file.number)
            try FileSystem.remove(trial)
            return Finding(.right, "data", "\(folder) can be written")
        } catch {
            return Finding(.wrong, "data", "\(folder): \(error)", remedy: remedy)
        }
    }

    /// Why there can be no folder at this path as things are; nil: it is there or can be made.
    ///
    /// Nothing is made. A folder that is there and cannot be written is none: that may be over
    /// soon, and the relay can wait for it.
    static func obstacle(_ folder: String) -> String? {
        let isThere = FileSystem.stamp(folder) != nil
        var nearest = folder
        while FileSystem.stamp(nearest) == nil {
            guard let slash = nearest.lastIndex(of: "/") else {
                nearest = "."
                break
            }
            nearest = slash == nearest.startIndex ? "/" : String(nearest[..<slash])
        }
        guard FileSystem.isFolder(nearest) else {
            return isThere ? "is a file, not a folder" : "cannot be made: \(nearest) is a file"
        }
        guard !isThere, let reason = FileSystem.refusalToMake(in: nearest) else { return nil }
        return "cannot be made by user \(Host.userID): \(nearest): \(reason)"
    }

    static let remedy =
        "name a folder that this user may write to (RELAY_DATA, --data), or make it and give it "
        + "to the user"
}
