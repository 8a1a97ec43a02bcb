/// Columns of text, as wide as they need to be.
package struct TextTable {
    private let heads: [String]
    private var rows: [[String]] = []

    package init(_ heads: [String]) { self.heads = heads }

    package var isEmpty: Bool { rows.isEmpty }

    package mutating func add(_ row: [String]) {
        precondition(row.count == heads.count)
        // A line break or a control character of somebody else's text must not break the table.
        rows.append(row.map { $0.map { $0.isNewline || $0.isControl ? " " : String($0) }.joined() })
    }

    package var text: String { text(painting: 0) { padded, _ in padded } }

    /// `paint` gets each cell of one column with the blanks after it, and the cell's own text.
    package func text(
        painting column: Int,
        _ paint: (_ padded: String, _ cell: String) -> String
    ) -> String {
        let widths = heads.indices.map { column in
            ([heads] + rows).map { $0[column].count }.max() ?? 0
        }
        let lines = ([heads] + rows).map { row in
            var cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            cells[column] = paint(cells[column], row[column])
            return cells.joined(separator: "  ").withoutTrailingBlanks
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// Without line ends and blanks behind it.
    package var withoutTrailingBlanks: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
