import Formats

/// Finds fields that no data can have: those of an added member all of whose own are known.
///
/// Follows what the dot and the variables are, as far as the text alone tells. Of what stays
/// unknown nothing is said, and nothing at all where a template changes maps, for it may add
/// members itself.
struct FieldFollower {
    typealias Key = CompiledTemplate.Key
    typealias Definition = CompiledTemplate.Definition
    typealias Problem = PlacedProblem

    /// What a value is known to be.
    private enum Shape: Hashable {
        case unknown
        /// All that the template sees.
        case data
        /// The closed member of this name.
        case closed(String)
        /// One of its members, by its path: a text or a boolean.
        case single(String)
    }

    /// A template at a dot it is executed with.
    private struct Visit: Hashable {
        let name: String
        let dot: Shape
    }

    private static let changing: Set<String> = [
        "set", "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite",
    ]

    private let definitions: [Key: Definition]
    private let closed: [String: [String]]
    private var problems: [Problem] = []
    private var seen: Set<Visit> = []
    private var waiting: [Visit] = []
    private var changesMaps = false
    // Of the template that is followed at present:
    private var source = 0
    private var span = Span(start: 0, end: 0)
    /// What its variables are; those that are given a value at two places have none here.
    private var variables: [Int: Shape] = [:]
    private var given: Set<Int> = []

    init(_ definitions: [Key: Definition], closed: [String: [String]]) {
        self.definitions = definitions
        self.closed = closed
    }

    /// What is wrong in the template of this name and in those that it includes.
    mutating func follow(_ name: String) -> [Problem] {
        visit(name, .data)
        while let next = waiting.popLast() {
            guard let definition = definitions[Key(name: next.name)] else { continue }
            source = definition.source
            variables = [0: next.dot]
            given = [0]
            // What a variable is must be known before it is met: a loop comes by again.
            noteVariables(definition.nodes)
            follow(definition.nodes, next.dot)
        }
        guard !changesMaps else { return [] }
        var places: Set<[Int]> = []
        return problems.filter { places.insert([$0.source, $0.offset]).inserted }
    }

    private mutating func visit(_ name: String, _ dot: Shape) {
        let visit = Visit(name: name, dot: dot)
        if seen.insert(visit).inserted { waiting.append(visit) }
    }

    // MARK: - Variables

    /// Marks as unknown what is given a value more than once: its places differ in when they run.
    private mutating func noteVariables(_ nodes: [Node]) {
        for node in nodes {
            switch node {
            case .action(let action): noteVariables(action.pipeline, isLoop: false)
            case .branch(let branch):
                noteVariables(branch.pipeline, isLoop: branch.kind == .range)
                noteVariables(branch.body)
                noteVariables(branch.otherwise)
            case .include(let include):
                if let pipeline = include.pipeline { noteVariables(pipeline, isLoop: false) }
            case .text, .leave, .next: break
            }
        }
    }

    private mutating func noteVariables(_ pipeline: Pipeline, isLoop: Bool) {
        for slot in pipeline.variables.compactMap(\.slot) {
            if !given.insert(slot).inserted || isLoop { variables[slot] = .unknown }
        }
        for operand in pipeline.operands {
            if case .pipeline(let inner) = operand.innermost.kind {
                noteVariables(inner, isLoop: false)
            }
        }
    }

    // MARK: - Nodes

    private mutating func follow(_ nodes: [Node], _ dot: Shape) {
        for node in nodes {
            switch node {
            case .action(let action):
                span = action.span
                _ = shape(of: action.pipeline, dot)
            case .branch(let branch):
                span = branch.span
                let value = shape(of: branch.pipeline, dot, isLoop: branch.kind == .range)
                let inner: Shape =
                    switch branch.kind {
                    case .if: dot
                    case .with: value
                    case .range: .unknown
                    }
                follow(branch.body, inner)
                follow(branch.otherwise, dot)
            case .include(let include):
                span = include.span
                visit(include.name, include.pipeline.map { shape(of: $0, dot) } ?? .unknown)
            case .text, .leave, .next: break
            }
        }
    }

    // MARK: - Values

    private mutating func shape(of pipeline: Pipeline, _ dot: Shape, isLoop: Bool = false) -> Shape
    {
        var value = Shape.unknown
        for command in pipeline.commands { value = shape(of: command, dot) }
        // What is handed to a method stays unknown.
        if pipeline.commands.count > 1 { value = .unknown }
        for slot in pipeline.variables.compactMap(\.slot) where variables[slot] == nil {
            variables[slot] = isLoop ? .unknown : value
        }
        return value
    }

    private mutating func shape(of command: Command, _ dot: Shape) -> Shape {
        for operand in command.arguments { _ = shape(of: operand, dot) }
        switch command.kind {
        case .operand(let operand):
            let value = shape(of: operand, dot)
            return command.arguments.isEmpty ? value : .unknown
        case .call(let function, let operands):
            if Self.changing.contains(function.name) { changesMaps = true }
            for operand in operands { _ = shape(of: operand, dot) }
        case .logic(_, let operands):
            for operand in operands { _ = shape(of: operand, dot) }
        }
        return .unknown
    }

    private mutating func shape(of operand: Operand, _ dot: Shape) -> Shape {
        switch operand.kind {
        case .dot: return dot
        case .field(let names): return walk(dot, names, operand)
        case .variable(let slot, let names):
            return walk(variables[slot] ?? .unknown, names, operand)
        case .chain(let inner, let names): return walk(shape(of: inner, dot), names, operand)
        case .pipeline(let pipeline): return shape(of: pipeline, dot)
        case .null, .bool, .number, .string, .undefined, .function: return .unknown
        }
    }

    private mutating func walk(_ start: Shape, _ names: [FieldName], _ operand: Operand) -> Shape {
        var shape = start
        for name in names {
            switch shape {
            case .unknown: return .unknown
            case .data:
                shape = closed[name.text] == nil ? .unknown : .closed(name.text)
            case .closed(let member):
                let members = closed[member] ?? []
                guard members.contains(name.text) else {
                    miss(name, of: member, members, operand)
                    return .unknown
                }
                shape = .single(".\(member).\(name.text)")
            case .single(let path):
                note(name, "\(path) has no .\(name.text)", hint: "write \(path)")
                return .unknown
            }
        }
        return shape
    }

    /// A template that says what to do instead may be made for another version, which knows the
    /// name: there only what is nearly one of today's is a mistake.
    private mutating func miss(
        _ name: FieldName,
        of member: String,
        _ members: [String],
        _ operand: Operand
    ) {
        let near = NearestName.find(name.text, among: members)
        guard near != nil || !operand.toleratesMissing else { return }
        note(
            name,
            "there is no .\(member).\(name.text)",
            hint: near.map { "did you mean .\(member).\($0)?" }
                ?? ".\(member) has \(members.joined(separator: ", "))"
        )
    }

    private mutating func note(_ name: FieldName, _ problem: String, hint: String) {
        problems.append(
            Problem(source: source, offset: name.offset, span: span, problem: problem, hint: hint)
        )
    }
}

extension Pipeline {
    /// All that stands in it, whatever is done with it.
    fileprivate var operands: [Operand] {
        commands.flatMap { command in
            switch command.kind {
            case .operand(let operand): [operand] + command.arguments
            case .call(_, let operands), .logic(_, let operands): operands + command.arguments
            }
        }
    }
}

extension Operand {
    /// Without the fields behind it.
    fileprivate var innermost: Operand {
        if case .chain(let inner, _) = kind { inner.innermost } else { self }
    }
}
