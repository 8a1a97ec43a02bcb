import JSON

/// A setting the operator must change before the relay can start: where, what, what to write.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String?
    /// 1 for the first; nil when the setting is no line of a file.
    package var line: Int?
    package var column: Int?
    /// `hooks.argocd.project`, or the variable `RELAY_LISTEN`.
    package var setting: String
    package var problem: String
    package var hint: String

    package init(
        file: String?,
        line: Int?,
        column: Int?,
        setting: String,
        problem: String,
        hint: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.setting = setting
        self.problem = problem
        self.hint = hint
    }

    package var description: String {
        var place = ""
        if let file {
            place = "\(file):"
            if let line { place += "\(line):\(column ?? 1):" }
            place += " "
        }
        return "\(place)\(setting): \(problem)" + (hint.isEmpty ? "" : "\nhint: \(hint)")
    }
}

/// All mistakes that one pass can find.
package struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
    package var all: [ConfigurationError]

    package init(all: [ConfigurationError]) { self.all = all }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Why a file cannot be read, in the platform's words.
package struct FileProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Where each setting of the configuration's file stands.
struct SettingPlaces: Equatable, Sendable {
    private var places: [String: TextPosition] = [:]

    mutating func note(_ setting: String, at place: TextPosition) { places[setting] = place }

    mutating func forget(_ setting: String) { places[setting] = nil }

    subscript(setting: String) -> TextPosition? { places[setting] }

    /// Where a setting stands is no part of what the configuration says.
    static func == (a: SettingPlaces, b: SettingPlaces) -> Bool { true }
}

extension Configuration {
    /// A mistake about a setting that a variable can say too: the one that said it is named.
    package func mistake(
        _ setting: String,
        or variable: String,
        _ problem: String,
        hint: String
    ) -> ConfigurationError {
        mistake(places[setting] == nil ? variable : setting, problem, hint: hint)
    }

    /// A mistake about a setting that was read before: with its line when it is one of the file.
    package func mistake(_ setting: String, _ problem: String, hint: String) -> ConfigurationError {
        let place = places[setting]
        return ConfigurationError(
            file: place == nil ? nil : path,
            line: place?.line,
            column: place?.column,
            setting: setting,
            problem: problem,
            hint: hint
        )
    }
}
