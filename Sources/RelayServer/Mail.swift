import Relay

/// What the ingress thread hears.
enum IngressMail: Sendable {
    /// What the delivery thread has on disk now, in order.
    case news([DeliveryNews])
    /// A new configuration, or changed secrets; already proven whole.
    case configure(Running)
    /// A wish to load the configuration anew was carried out, or why not.
    case reloaded(ticket: UInt64, mistakes: String?)
    /// Stop accepting, answer what is in flight, end.
    case stop
}

/// What the delivery thread tells about its work.
enum DeliveryNews: Sendable {
    /// A record that is committed, and where it lies.
    case record(SettledRecord, locator: UInt64)
    case held(HoldScope, Hold)
    case released(HoldScope)
    /// A request of the admin address was carried out, or why not.
    case reply(ticket: UInt64, done: Bool, words: String)
    /// Where what waits in a segment of `accepted` lies now is known.
    case moved(segment: UInt32)
    /// Records of `settled` about deliveries lie elsewhere now.
    case carried([(delivery: UInt64, move: RecordMove)])
}

/// What the delivery thread hears.
enum DeliveryMail: Sendable {
    /// Events whose records are committed.
    case accepted([QueueEntry])
    /// Dead letters that are over: they have no place in a lane.
    ///
    /// `ticket`: who waits to hear that it is done.
    case settleLetter(
        id: UInt64,
        generation: UInt32,
        FinalState,
        reason: String,
        ticket: UInt64?
    )
    /// A row of GitLab's that no operation owns; the closing that follows is to close it.
    case adopt(Row)
    /// The records of these lie elsewhere as well, and the segment they were in is about to go.
    case moved([(id: UInt64, locator: UInt64)], segment: UInt32)
    /// Deliveries of which `accepted` has nothing any more.
    case gone(GoneDeliveries)
    case drop(id: UInt64, reason: String, ticket: UInt64)
    case retryNow(id: UInt64, ticket: UInt64)
    case configure(Running)
    case stop
}
