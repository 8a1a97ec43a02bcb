/// How a command ends (sysexits.h where it has a number for it; DESIGN §2.1).
package enum ExitCode: Int32 {
    case success = 0
    case failure = 1
    case usage = 64
    /// The input cannot be used.
    case data = 65
    /// Not known yet: try again later.
    case notYet = 75
    case notPermitted = 77
    case configuration = 78
}
