import Formats

/// A command's words, taken apart: options by name, the rest in order.
package struct Arguments {
    /// What may stand in a place, for shells that complete it.
    package enum Hint: Sendable, Equatable {
        case words([String])
        case file
        case folder
        /// A hook of the configuration.
        case hook
    }

    /// What a command takes.
    package struct Form {
        /// Options with a value: `--config FILE`, `-t TEXT`.
        package var options: Set<String> = []
        /// Options without.
        package var flags: Set<String> = []
        /// How many other words there may be.
        package var words: ClosedRange<Int> = 0...0
        /// What the values of some options are.
        package var hints: [String: Hint] = [:]
        /// What the other words are.
        package var wordHint: Hint?

        package init(
            options: Set<String> = [],
            flags: Set<String> = [],
            words: ClosedRange<Int> = 0...0,
            hints: [String: Hint] = [:],
            wordHint: Hint? = nil
        ) {
            self.options = options
            self.flags = flags
            self.words = words
            self.hints = hints
            self.wordHint = wordHint
        }
    }

    /// What the words should have been.
    package struct Mistake: Error {
        package let description: String
    }

    package private(set) var words: [String] = []
    private var values: [String: [String]] = [:]
    private var flags: Set<String> = []

    /// - Throws: `Mistake` that names the word which does not fit.
    package init(_ arguments: some Sequence<String>, _ form: Form) throws(Mistake) {
        var rest = Array(arguments)[...]
        while let word = rest.popFirst() {
            if word == "--" {
                words += rest
                break
            }
            let (name, attached) = Self.split(word)
            if form.options.contains(name) {
                guard let value = attached ?? rest.popFirst() else {
                    throw Mistake(description: "\(name) needs a value")
                }
                values[name, default: []].append(value)
            } else if form.flags.contains(name), attached == nil {
                flags.insert(name)
            } else if word.hasPrefix("-"), word != "-" {
                let near = NearestName.find(name, among: Array(form.options.union(form.flags)))
                let hint = near.map { "; did you mean \($0)" } ?? ""
                throw Mistake(description: "\(word) is not an option here\(hint)")
            } else {
                words.append(word)
            }
        }
        guard words.count <= form.words.upperBound else {
            throw Mistake(description: "\"\(words[form.words.upperBound])\" is one word too many")
        }
        guard words.count >= form.words.lowerBound else {
            throw Mistake(description: "a word is missing")
        }
    }

    /// `--name=value` in two.
    private static func split(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else {
            return (word, nil)
        }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    /// The option's last value.
    package subscript(option: String) -> String? { values[option]?.last }

    package func all(_ option: String) -> [String] { values[option] ?? [] }

    package func has(_ flag: String) -> Bool { flags.contains(flag) }
}
