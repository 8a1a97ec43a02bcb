import JSON

/// A Go map with string keys, shared by all who hold it.
final class GoMap {
    private enum Source {
        case own
        /// An object that still lies in its document.
        case json(JSONValue, Alterations)
        /// Members that a caller adds to a body; they hide the body's.
        case added([(key: String, value: TemplateValue)], JSONValue?, Alterations)
    }

    let element: ElementKind
    /// A nil map: empty, and nothing can be set.
    let isNil: Bool
    private var source: Source
    private var entries = Entries()
    /// Maps among the added members that were asked for: what a template sets in one stays there.
    private var made: [(key: String, map: GoMap)] = []
    /// How many members an object of the document has, once that was counted.
    private var counted: Int?

    init(of element: ElementKind = .any, isNil: Bool = false) {
        self.element = element
        self.isNil = isNil
        source = .own
    }

    init(_ object: JSONValue, _ alterations: Alterations) {
        element = .any
        isNil = false
        source = .json(object, alterations)
    }

    /// A map of `added`, and behind them the members of `body`, an object.
    init(
        added: [(key: String, value: TemplateValue)],
        over body: JSONValue?,
        _ alterations: Alterations
    ) {
        element = .any
        isNil = false
        source = .added(added, body, alterations)
    }

    // MARK: - Reading

    /// The value of a key; nil where it has none.
    ///
    /// Setting nil removes the key. Setting in a nil map is a mistake of the caller's.
    subscript(_ key: [UInt8]) -> Value? {
        get {
            switch source {
            case .own: return entries[key]
            case .json(let object, let alterations):
                if let changed = alterations.changed(object) { return changed[key] }
                return object[utf8: key].map { Value($0, alterations) }
            case .added(let added, let body, let alterations):
                if let member = Self.find(key, added) { return value(member) }
                return body?[utf8: key].map { Value($0, alterations) }
            }
        }
        set {
            let target = changeable()
            target.entries[key] = newValue
        }
    }

    subscript(_ key: String) -> Value? {
        get { self[Array(key.utf8)] }
        set { self[Array(key.utf8)] = newValue }
    }

    var count: Int {
        switch source {
        case .own: return entries.count
        case .json(let object, let alterations):
            if let changed = alterations.changed(object) { return changed.count }
            // Keys that stand there twice count once.
            let count = counted ?? (object.count < 2 ? object.count : object.rawMembers.count)
            counted = count
            return count
        case .added: return members.count
        }
    }

    var isEmpty: Bool {
        switch source {
        case .own: entries.count == 0
        case .json(let object, let alterations):
            alterations.changed(object)?.isEmpty ?? (object.count == 0)
        case .added(let added, let body, _): added.isEmpty && (body?.count ?? 0) == 0
        }
    }

    /// What making and sorting all its members takes, in steps of `TemplateLimits`.
    var walkSteps: Int {
        switch source {
        case .own: entries.count * 2
        case .json(let object, _): object.count * 4
        case .added(let added, let body, _): (added.count + (body?.count ?? 0)) * 4
        }
    }

    /// What looking for a key takes, in steps of `TemplateLimits`: an object of the document is
    /// searched member by member.
    var searchSteps: Int {
        switch source {
        case .own: 0
        case .json(let object, _): object.count >> 4
        case .added(let added, let body, _): (added.count + (body?.count ?? 0)) >> 4
        }
    }

    /// In byte order of keys, as Go's templates walk a map.
    var sorted: [(key: [UInt8], value: Value)] {
        members.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Keys in byte order.
    var keys: [[UInt8]] { sorted.map(\.key) }

    private var members: [(key: [UInt8], value: Value)] {
        switch source {
        case .own: return zip(entries.keys, entries.values).map { ($0, $1) }
        case .json(let object, let alterations):
            if let changed = alterations.changed(object) { return changed.members }
            return object.rawMembers.map { ($0.key, Value($0.value, alterations)) }
        case .added(let added, let body, let alterations):
            var names: Set<[UInt8]> = []
            var all: [(key: [UInt8], value: Value)] = []
            for member in added.reversed() where names.insert(Array(member.key.utf8)).inserted {
                all.append((Array(member.key.utf8), value(member)))
            }
            for member in body?.rawMembers ?? [] where names.insert(member.key).inserted {
                all.append((member.key, Value(member.value, alterations)))
            }
            return all
        }
    }

    /// The object in its document, while this is one and nothing changed it.
    var json: (object: JSONValue, alterations: Alterations)? {
        guard case .json(let object, let alterations) = source,
            alterations.changed(object) == nil
        else { return nil }
        return (object, alterations)
    }

    private static func find(
        _ key: [UInt8],
        _ added: [(key: String, value: TemplateValue)]
    ) -> (key: String, value: TemplateValue)? {
        added.last { member in
            guard member.key.utf8.count == key.count else { return false }
            var name = member.key
            return name.withUTF8 { $0.elementsEqual(key) }
        }
    }

    private func value(_ added: (key: String, value: TemplateValue)) -> Value {
        if let known = made.first(where: { $0.key == added.key }) { return .map(known.map) }
        let value = Value(added.value)
        if let map = value.map { made.append((added.key, map)) }
        return value
    }

    // MARK: - Changing

    func clear() { entries = Entries() }

    deinit {
        guard entries.values.contains(where: { $0.isContainer }) else { return }
        Demolition.run(emptied())
    }

    /// Gives away what it holds, when nobody else holds this.
    func emptied() -> [Value] {
        defer { entries = Entries() }
        return entries.values
    }

    /// The map that holds the entries from now on: this one, or the one that was changed first.
    private func changeable() -> GoMap {
        switch source {
        case .own: return self
        case .json(let object, let alterations):
            if let changed = alterations.changed(object) { return changed }
            alterations.note(self, for: object)
            adopt(object.rawMembers.map { ($0.key, Value($0.value, alterations)) })
        case .added: adopt(members)
        }
        return self
    }

    private func adopt(_ members: [(key: [UInt8], value: Value)]) {
        source = .own
        for (key, value) in members { entries[key] = value }
    }

    /// Whether both are the same map in Go's memory.
    func isSame(as other: GoMap) -> Bool { changeableIdentity === other.changeableIdentity }

    private var changeableIdentity: GoMap {
        guard case .json(let object, let alterations) = source else { return self }
        return alterations.changed(object) ?? self
    }
}
