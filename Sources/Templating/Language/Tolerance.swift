/// Where a missing value may go in a payload (DESIGN §2.5): into what says what to do instead.
enum Tolerance {
    private static let functions: Set<String> = ["default", "coalesce", "dig", "hasKey", "empty"]

    /// Marks what goes straight into a function that says what to do instead.
    static func marked(_ commands: [Command]) -> [Command] {
        var marked = commands
        for (index, command) in commands.enumerated() {
            guard case .call(let function, let operands) = command.kind,
                functions.contains(function.name)
            else { continue }
            let tolerant = operands.map(\.tolerant)
            marked[index] = Command(.call(function, tolerant), offset: command.offset)
            if index > 0 { marked[index - 1] = marked[index - 1].tolerant }
        }
        return marked
    }
}

extension Pipeline {
    /// For `if` and `with`: its result may be missing.
    var tolerant: Pipeline {
        guard let last = commands.last else { return self }
        return Pipeline(commands.dropLast() + [last.tolerant], variables: variables, offset: offset)
    }
}

extension Command {
    fileprivate var tolerant: Command {
        guard case .operand(let operand) = kind else { return self }
        return Command(.operand(operand.tolerant), arguments: arguments, offset: offset)
    }
}

extension Operand {
    fileprivate var tolerant: Operand {
        let inner: Kind =
            switch kind {
            case .pipeline(let pipeline): .pipeline(pipeline.tolerant)
            case .chain(let operand, let fields): .chain(operand.tolerant, fields)
            default: kind
            }
        return Operand(inner, offset: offset, toleratesMissing: true)
    }
}
