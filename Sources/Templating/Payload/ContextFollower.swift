/// Follows a payload's template as JSON, and tells each action where it stands (DESIGN §2.5).
///
/// Templates that are included get a variant for each place they are included at. A loop's body
/// and a template that includes itself are followed again until nothing new comes out.
struct ContextFollower {
    typealias Key = CompiledTemplate.Key
    typealias Definition = CompiledTemplate.Definition
    typealias Problem = PlacedProblem

    private let plain: [Key: Definition]
    private let limits: TemplateLimits
    private(set) var variants: [Key: Definition] = [:]
    private(set) var problems: [Problem] = []
    /// Which variant a template has where it begins here.
    private var numbers: [Entry: Int] = [:]
    /// Where a template ends that began there; an entry without a place never ends.
    private var ends: [Entry: JSONPlace?] = [:]
    private var source = 0
    /// Only the last time round counts: before, not all ways into a place are known.
    private var isFinal = true
    private var stepsLeft: Int
    private var loops: [Loop] = []
    /// Templates that are being followed, one inside the other.
    private var active: Set<String> = []

    private struct Entry: Hashable {
        let name: String
        let place: JSONPlace
    }

    /// Ways out of a loop's body, beside its end.
    private struct Loop {
        var leaves: [JSONPlace] = []
        var nexts: [JSONPlace] = []
    }

    init(_ definitions: [Key: Definition], limits: TemplateLimits) {
        plain = definitions
        self.limits = limits
        stepsLeft = min(limits.steps, 1_000_000)
    }

    /// Follows the template of this name from the beginning of a payload to its end.
    ///
    /// - Returns: It, with a sink at every action; what is wrong is in `problems`.
    mutating func follow(_ name: String) -> Definition? {
        guard let definition = plain[Key(name: name)] else { return nil }
        source = definition.source
        active = [name]
        var place: JSONPlace? = JSONPlace()
        let nodes = follow(definition.nodes, &place)
        if problems.isEmpty, let place, !place.isWhole {
            problems.append(
                Problem(
                    source: source,
                    offset: .max,
                    problem: "the template ends \(place)",
                    hint: "a payload is one whole JSON object"
                )
            )
        }
        return Definition(nodes: nodes, slots: definition.slots, source: definition.source)
    }

    private mutating func note(_ offset: Int, _ span: Span?, _ problem: String, _ hint: String) {
        guard isFinal else { return }
        problems.append(
            Problem(source: source, offset: offset, span: span, problem: problem, hint: hint)
        )
    }

    // MARK: - Nodes

    /// Follows nodes from a place; it is nil behind what never ends: `fail`, `break`, a mistake.
    private mutating func follow(_ nodes: [Node], _ place: inout JSONPlace?) -> [Node] {
        var followed: [Node] = []
        followed.reserveCapacity(nodes.count)
        for node in nodes {
            guard stepsLeft > 0 else { return nodes }
            stepsLeft -= 1
            followed.append(follow(node, &place))
            if stepsLeft == 0 { tooMuch() }
        }
        return followed
    }

    private mutating func tooMuch() {
        isFinal = true
        note(0, nil, "too many loops inside each other to follow (limit steps)", "")
    }

    private mutating func follow(_ node: Node, _ place: inout JSONPlace?) -> Node {
        switch node {
        case .text(let bytes, let offset):
            if let place = bytes.firstIllFormed {
                note(
                    offset + place,
                    nil,
                    "a byte that is no UTF-8, as JSON must be (RFC 8259 §8.1)",
                    "save the template as UTF-8"
                )
            }
            do {
                try place?.follow(bytes)
            } catch {
                note(offset + error.offset, nil, error.problem, error.hint)
                place = nil
            }
            return node
        case .action(let action): return .action(follow(action, &place))
        case .branch(let branch):
            if branch.kind == .range { return .branch(followRange(branch, &place)) }
            var other = place
            let body = follow(branch.body, &place)
            let otherwise = follow(branch.otherwise, &other)
            place = join(place, other, branch, "the branches of {{\(branch.kind)}} end")
            return .branch(branch.with(body, otherwise))
        case .include(let include): return .include(follow(include, &place))
        case .leave:
            if let here = place, !loops.isEmpty { loops[loops.count - 1].leaves.append(here) }
            place = nil
            return node
        case .next:
            if let here = place, !loops.isEmpty { loops[loops.count - 1].nexts.append(here) }
            place = nil
            return node
        }
    }

    private mutating func follow(_ action: Action, _ place: inout JSONPlace?) -> Action {
        guard action.pipeline.variables.isEmpty else { return action }
        // Where no way leads, whatever would come out must still be JSON.
        var sink = Action.Sink.value
        if action.pipeline.neverEnds {
            place = nil
        } else {
            do {
                sink = try place?.action() ?? sink
            } catch {
                note(action.span.start, action.span, error.problem, error.hint)
                place = nil
            }
        }
        return Action(action.pipeline, sink: sink, span: action.span)
    }

    private mutating func join(
        _ a: JSONPlace?,
        _ b: JSONPlace?,
        _ branch: Branch,
        _ what: String
    ) -> JSONPlace? {
        guard let a, let b else { return a ?? b }
        if let both = a.joined(b) { return both }
        note(
            branch.span.start,
            branch.span,
            "\(what) in different JSON contexts: \(a), and \(b)",
            "open and close strings, objects and values in the same branch"
        )
        return nil
    }

    // MARK: - Loops

    private mutating func followRange(_ branch: Branch, _ place: inout JSONPlace?) -> Branch {
        let start = place
        let head = loopHead(branch, start)
        let problemsBefore = problems.count
        let (body, end, leaves) = body(branch, head)
        if problems.count == problemsBefore, start != nil {
            let what = "the body of {{range}} ends where it cannot begin again:"
            _ = join(start, end, branch, what)
        }
        var other = start
        let otherwise = follow(branch.otherwise, &other)
        var exit = join(end, other, branch, "{{range}} ends")
        for leave in leaves { exit = join(exit, leave, branch, "{{range}} ends") }
        place = exit
        return branch.with(body, otherwise)
    }

    /// Where a loop's body may begin: where the loop stands, and where the body itself ends.
    private mutating func loopHead(_ branch: Branch, _ start: JSONPlace?) -> JSONPlace? {
        let wasFinal = isFinal
        isFinal = false
        defer { isFinal = wasFinal }
        var head = start
        for _ in 0..<8 {
            let end = body(branch, head).end
            // What does not fit is refused the last time round.
            guard let here = head, let end, let both = here.joined(end) else { return head ?? end }
            if both == here { break }
            head = both
        }
        return head
    }

    /// Follows a body once.
    ///
    /// - Returns: It, where it ends or goes on, and where it is left.
    private mutating func body(
        _ branch: Branch,
        _ head: JSONPlace?
    ) -> (nodes: [Node], end: JSONPlace?, leaves: [JSONPlace]) {
        loops.append(Loop())
        var place = head
        let nodes = follow(branch.body, &place)
        let loop = loops.removeLast()
        for next in loop.nexts {
            place = join(place, next, branch, "the ways through {{range}} end")
        }
        return (nodes, place, loop.leaves)
    }

    // MARK: - Templates

    private mutating func follow(_ include: Include, _ place: inout JSONPlace?) -> Include {
        guard let start = place else { return include }
        guard let definition = plain[Key(name: include.name)] else {
            note(
                include.span.start,
                include.span,
                "template \"\(include.name)\" is not defined",
                ""
            )
            place = nil
            return include
        }
        let isRecursive = active.contains(include.name)
        let entry = Entry(name: include.name, place: isRecursive ? start.inner : start)
        let number = numbers[entry] ?? numbers.count + 1
        numbers[entry] = number
        let variant = Include(include.name, include.pipeline, variant: number, span: include.span)
        place = end(of: definition, entry)
        if isRecursive { place = place?.outer(of: start) }
        let key = Key(name: include.name, variant: number)
        guard isFinal, variants[key] == nil else { return variant }
        variants[key] = definition
        let nodes = within(definition, entry.name) { $0.once(definition, entry).nodes }
        variants[key] = Definition(
            nodes: nodes,
            slots: definition.slots,
            source: definition.source
        )
        return variant
    }

    /// Where a template ends that begins at a place; for one that includes itself, where it ends
    /// when its inner one ends there too.
    private mutating func end(of definition: Definition, _ entry: Entry) -> JSONPlace? {
        if let known = ends[entry] { return known }
        ends[entry] = .some(nil)
        let known = Set(ends.keys)
        let wasFinal = isFinal
        isFinal = false
        for _ in 0..<8 {
            let place = within(definition, entry.name) { $0.once(definition, entry).end }
            if place == ends[entry] ?? nil { break }
            // What was found on the way leant on the end that was believed then.
            ends = ends.filter { known.contains($0.key) }
            ends[entry] = .some(place)
        }
        isFinal = wasFinal
        return ends[entry] ?? nil
    }

    private mutating func once(
        _ definition: Definition,
        _ entry: Entry
    ) -> (nodes: [Node], end: JSONPlace?) {
        var place: JSONPlace? = entry.place
        let nodes = follow(definition.nodes, &place)
        return (nodes, place)
    }

    private mutating func within<T>(
        _ definition: Definition,
        _ name: String,
        _ body: (inout ContextFollower) -> T
    ) -> T {
        let outer = (source, loops, active)
        source = definition.source
        loops = []
        active.insert(name)
        defer { (source, loops, active) = outer }
        return body(&self)
    }
}

extension Branch {
    fileprivate func with(_ body: [Node], _ otherwise: [Node]) -> Branch {
        Branch(kind, pipeline, body: body, otherwise: otherwise, span: span)
    }
}

extension Pipeline {
    /// Whether it ends the run: `fail`.
    fileprivate var neverEnds: Bool {
        guard case .call(let function, _) = commands.last?.kind else { return false }
        return function.name == "fail"
    }
}
