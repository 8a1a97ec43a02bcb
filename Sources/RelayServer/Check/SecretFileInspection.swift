import POSIX

/// Whether the files that hold secrets are for the relay alone.
package enum SecretFileInspection {
    /// One for each file; those that cannot be read are mistakes of the configuration already.
    package static func findings(_ running: Running) -> [Finding] {
        Array(Set(running.secretFiles)).sorted().map { path in
            guard FileSystem.isReadableByOthers(path) else {
                return Finding(.right, path, "a secret, not for everybody to read")
            }
            return Finding(
                .warning,
                path,
                "a secret that every user of this machine may use",
                remedy:
                    "chmod 0400, or 0440 and a group of its own; in Kubernetes defaultMode: 0440"
            )
        }
    }
}
