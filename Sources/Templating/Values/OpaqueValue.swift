/// A value whose inside templates do not see: a time, a duration, a version.
protocol OpaqueValue: AnyObject {
    /// As Go's `%T` prints it: `time.Time`.
    var typeName: String { get }
    /// As Go's `reflect.Kind` prints it: `struct`, `int64`, `ptr`.
    var kindName: String { get }
    /// What its `String` method gives.
    var printed: [UInt8] { get }
    /// Its JSON text where it marshals itself; nil writes `printed` as a string.
    var json: [UInt8]? { get }
    /// For types that are integers underneath (a duration in nanoseconds): its value.
    var integer: Int64? { get }

    func isEqual(to other: any OpaqueValue) -> Bool

    /// A method of this value, bound to it; nil where the type has none of this name.
    func method(_ name: String) -> Function?
}

extension OpaqueValue {
    var json: [UInt8]? { nil }
    var integer: Int64? { nil }
    func method(_ name: String) -> Function? { nil }
}
