/// What reading an accepted delivery's record from the log gave.
package enum LoadedDelivery: Sendable {
    case delivery(AcceptedDelivery)
    /// It can never be read again: its checksum does not fit, or it is no delivery.
    case damaged(reason: String)
    /// It cannot be read at this moment (no descriptor is free, the disk does not answer, the
    /// folder is not there): nothing says that it is lost.
    case unreadable(reason: String)
}
