import JSON

/// What an Argo CD event's body looks like: an operation that is over, and healthy.
enum EventBodies {
    static let nameMark = "@@name@@"
    static let timeMark = "@@the present time@@"

    static func digits(_ number: Int, _ width: Int) -> [UInt8] {
        let digits = String(number)
        return Array((String(repeating: "0", count: width - digits.utf8.count) + digits).utf8)
    }

    static func find(_ mark: String, in bytes: [UInt8]) -> [Range<Int>] {
        let mark = Array(mark.utf8)
        return bytes.indices.dropLast(mark.count - 1).compactMap { start in
            bytes[start] == mark[0] && bytes[start..<start + mark.count].elementsEqual(mark)
                ? start..<start + mark.count : nil
        }
    }

    /// A body of about `bytes`, with marks where the name and the times belong.
    static func body(bytes: Int) -> [UInt8] {
        let least = body(padding: 0)
        return bytes > least.count ? body(padding: bytes - least.count) : least
    }

    private static func body(padding: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("app") { writer in
                writer.object { writer in
                    writer.member("metadata") { writer in
                        writer.object { writer in
                            writer.member("name", "bench-\(nameMark)")
                            writer.member("namespace", "argocd")
                            writer.member("uid", "5e0c9a8e-0000-4000-8000-\(nameMark)")
                            writer.member("annotations") { writer in
                                writer.object { writer in
                                    writer.member("padding", String(repeating: "x", count: padding))
                                }
                            }
                        }
                    }
                    writer.member("spec") { writer in
                        writer.object { $0.member("source") { source(&$0) } }
                    }
                    writer.member("status") { writer in writer.object { status(&$0) } }
                }
            }
            writer.member("recipient", "42")
        }
        return writer.bytes
    }

    private static func source(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("repoURL", "https://gitlab.example/bench/config.git")
            writer.member("targetRevision", "main")
        }
    }

    private static func status(_ writer: inout JSONWriter) {
        let sha = "07aa5a0d3f1c4b6e8a92d5c7e1f0b3a4d6c8e9f1"
        writer.member("health") { writer in writer.object { $0.member("status", "Healthy") } }
        writer.member("operationState") { writer in
            writer.object { writer in
                writer.member("phase", "Succeeded")
                writer.member("startedAt", timeMark)
                writer.member("finishedAt", timeMark)
                writer.member("operation") { writer in
                    writer.object { writer in
                        writer.member("sync") { writer in
                            writer.object { $0.member("revision", sha) }
                        }
                    }
                }
                writer.member("syncResult") { writer in
                    writer.object { writer in
                        writer.member("revision", sha)
                        writer.member("source") { source(&$0) }
                    }
                }
            }
        }
    }
}
