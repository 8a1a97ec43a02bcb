import POSIX

/// Whether the data folder can be written.
package enum FolderInspection {
    package static func finding(_ folder: String) -> Finding {
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
            return Finding(
                .wrong,
                "data",
                "\(folder): \(error)",
                remedy: "give the relay a folder it may write to (RELAY_DATA)"
            )
        }
    }
}
