/// The version of the product: of its configuration file, its log format and its HTTP interface.
package enum Version {
    package static let text = "0.1.0"
}
