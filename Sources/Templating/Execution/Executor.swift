import Formats
import JSON

/// Walks a template's nodes and writes what comes out (text/template/exec.go).
struct Executor {
    let template: CompiledTemplate
    let run: Run
    let isPayload: Bool
    /// In a payload a missing value is an error, whatever the options say.
    let missingKey: MissingKey
    private(set) var out: [UInt8] = []
    /// Variables of the templates that are open, each one's behind the other's.
    var memory: [Value] = []
    var base = 0
    /// Where the run stands, for errors.
    private(set) var source = 0
    var span: Span?
    private var includes = 0
    private var depth = 0

    init(_ template: CompiledTemplate, _ run: Run) {
        self.template = template
        self.run = run
        isPayload = template.options.semantics == .payload
        missingKey = isPayload ? .error : template.options.missingKey
        if isPayload { out.reserveCapacity(Self.payloadBytes) }
    }

    /// What most payloads have room in.
    private static let payloadBytes = 512

    /// How a list of nodes was left: by its end, by `break`, by `continue`.
    private enum Flow { case on, leave, next }

    mutating func execute(_ key: CompiledTemplate.Key, _ dot: Value) throws(Trouble) {
        guard let definition = template.definitions[key] else { return }
        try execute(definition, dot)
    }

    private mutating func execute(
        _ definition: CompiledTemplate.Definition,
        _ dot: Value
    ) throws(Trouble) {
        let outer = (base, source)
        base = memory.count
        source = definition.source
        memory.append(dot)
        for _ in 1..<max(definition.slots, 1) { memory.append(.missing) }
        _ = try walk(definition.nodes, dot)
        memory.removeLast(memory.count - base)
        (base, source) = outer
    }

    private mutating func walk(_ nodes: [Node], _ dot: Value) throws(Trouble) -> Flow {
        for node in nodes {
            try spend(1)
            switch node {
            case .text(let bytes, _): try write(bytes)
            case .action(let action):
                span = action.span
                try perform(action, dot)
            case .branch(let branch):
                span = branch.span
                try descend()
                let flow = try walk(branch, dot)
                depth -= 1
                if flow != .on { return flow }
            case .include(let include):
                span = include.span
                try perform(include, dot)
            case .leave: return .leave
            case .next: return .next
            }
        }
        return .on
    }

    /// Goes a level deeper; what stands deeper than the stack bears is refused.
    private mutating func descend() throws(Trouble) {
        depth += 1
        let limits = template.options.limits
        let most = limits.nesting + 4 * limits.includeDepth
        guard depth <= most else {
            throw Trouble(
                kind: .limit,
                problem: "blocks and templates nested deeper than \(most) "
                    + "(limits nesting and includeDepth)"
            )
        }
    }

    private mutating func perform(_ action: Action, _ dot: Value) throws(Trouble) {
        let value = try self.value(of: action.pipeline, dot)
        guard action.pipeline.variables.isEmpty else { return }
        switch action.sink {
        case .text: try print(value)
        case .string, .value: try print(value, into: action.sink, action.pipeline)
        }
    }

    private mutating func perform(_ include: Include, _ dot: Value) throws(Trouble) {
        let limit = template.options.limits.includeDepth
        let key = CompiledTemplate.Key(name: include.name, variant: include.variant)
        guard let definition = template.definitions[key] else {
            throw Trouble(
                problem: "template \"\(include.name)\" is not defined",
                hint: template.nearestTemplate(to: include.name)
            )
        }
        guard includes < limit else {
            throw Trouble(
                kind: .limit,
                problem: "templates include each other deeper than \(limit) (limit includeDepth)"
            )
        }
        includes += 1
        let inner: Value =
            if let pipeline = include.pipeline { try value(of: pipeline, dot) } else { .missing }
        try descend()
        try execute(definition, inner)
        depth -= 1
        includes -= 1
    }

    // MARK: - Branches

    private mutating func walk(_ branch: Branch, _ dot: Value) throws(Trouble) -> Flow {
        let value = try self.value(of: branch.pipeline, dot)
        switch branch.kind {
        case .if: return try walk(value.isTrue ? branch.body : branch.otherwise, dot)
        case .with:
            return value.isTrue ? try walk(branch.body, value) : try walk(branch.otherwise, dot)
        case .range: return try walkRange(branch, value, dot)
        }
    }

    private mutating func walkRange(
        _ branch: Branch,
        _ value: Value,
        _ dot: Value
    ) throws(Trouble) -> Flow {
        let hasRun: Bool
        switch value {
        case .list(let list): hasRun = try walkList(branch, list)
        case .map(let map): hasRun = try walkMap(branch, map)
        case .integer(let count, let kind): hasRun = try walkCount(branch, count, kind)
        case .missing, .null: hasRun = false
        default:
            throw Trouble(
                offset: branch.pipeline.offset,
                problem: "range can't iterate over a value of type \(value.typeName)"
            )
        }
        return hasRun ? .on : try walk(branch.otherwise, dot)
    }

    private mutating func walkList(_ branch: Branch, _ list: GoList) throws(Trouble) -> Bool {
        var index = 0
        if let (array, alterations) = list.json {
            for element in array.elements {
                let value = Value(element, alterations)
                guard try iterate(branch, .int(index), value) else { break }
                index += 1
            }
        } else {
            for value in list.values {
                guard try iterate(branch, .int(index), value) else { break }
                index += 1
            }
        }
        return !list.isEmpty
    }

    private mutating func walkMap(_ branch: Branch, _ map: GoMap) throws(Trouble) -> Bool {
        try spend(map.walkSteps)
        let members = map.sorted
        for member in members {
            guard try iterate(branch, .string(member.key), member.value) else { break }
        }
        return !members.isEmpty
    }

    private mutating func walkCount(
        _ branch: Branch,
        _ count: Int64,
        _ kind: IntegerKind
    ) throws(Trouble) -> Bool {
        guard branch.pipeline.variables.count < 2 else {
            throw Trouble(
                offset: branch.pipeline.offset,
                problem: "an integer gives range one variable, not two"
            )
        }
        guard count > 0 else { return false }
        for number in 0..<count {
            guard try iterate(branch, .missing, .integer(number, kind)) else { break }
        }
        return true
    }

    /// - Returns: Whether the loop goes on.
    private mutating func iterate(
        _ branch: Branch,
        _ key: Value,
        _ value: Value
    ) throws(Trouble) -> Bool {
        try spend(1)
        let variables = branch.pipeline.variables
        if let last = variables.last?.slot { memory[base + last] = value }
        if variables.count > 1, let first = variables[0].slot { memory[base + first] = key }
        return try walk(branch.body, value) != .leave
    }

    // MARK: - Writing

    mutating func spend(_ steps: Int) throws(Trouble) {
        do {
            try run.spend(steps)
        } catch {
            throw Trouble(error, offset: nil)
        }
    }

    mutating func write(_ bytes: [UInt8]) throws(Trouble) {
        out += bytes
        try checkOutput()
    }

    mutating func write(_ text: StaticString) throws(Trouble) {
        text.withUTF8Buffer { out += $0 }
        try checkOutput()
    }

    mutating func checkOutput() throws(Trouble) {
        let limit = template.options.limits.outputBytes
        guard out.count <= limit else {
            throw Trouble(
                kind: .limit,
                problem: "more than \(limit) bytes come out (limit outputBytes)"
            )
        }
    }

    /// As Go has it: a missing value and null print the same.
    private mutating func print(_ value: Value) throws(Trouble) {
        switch value {
        case .string(let bytes): try write(bytes)
        case .missing, .null: try write("<no value>")
        default: try write(try text(of: value))
        }
    }

    mutating func text(of value: Value) throws(Trouble) -> [UInt8] {
        do {
            return try GoPrinter.text(of: value, run)
        } catch {
            throw Trouble(error, offset: nil)
        }
    }

    mutating func append(_ body: (inout [UInt8]) -> Void) throws(Trouble) {
        body(&out)
        try checkOutput()
    }
}

extension Trouble {
    init(_ error: FunctionError, offset: Int?, calling name: String? = nil) {
        let prefix = name.map { "\($0): " } ?? ""
        switch error {
        case .failed(let problem, let hint):
            self.init(offset: offset, problem: prefix + problem, hint: hint)
        case .limit(let problem):
            self.init(kind: .limit, offset: offset, problem: prefix + problem)
        }
    }
}

extension CompiledTemplate {
    func nearestTemplate(to name: String) -> String {
        let names = Set(definitions.keys.map(\.name)).sorted()
        return NearestName.find(name, among: names).map { "did you mean \"\($0)\"?" } ?? ""
    }
}
