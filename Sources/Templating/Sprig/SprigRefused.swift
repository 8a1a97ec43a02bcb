/// Sprig's functions that are not offered, and why.
enum SprigRefused {
    static let reasons: [String: String] = {
        var reasons: [String: String] = ["getHostByName": network]
        for name in ["env", "expandenv"] { reasons[name] = environment }
        for name in ["bcrypt", "htpasswd", "derivePassword"] { reasons[name] = passwords }
        for name in keyMakers { reasons[name] = keys }
        for name in ["encryptAES", "decryptAES"] { reasons[name] = ciphers }
        return reasons
    }()

    private static let environment =
        "is not offered: the environment holds secrets; use .context or the data of the body"
    private static let network =
        "is not offered: rendering must not depend on the network, nor wait for it"
    private static let passwords =
        "is not offered: a deployment's payload is no place for passwords"
    private static let keys =
        "is not offered: a deployment's payload is no place for keys and certificates"
    private static let ciphers =
        "is not offered: a template has no safe place for the cipher's password"

    private static let keyMakers = [
        "genPrivateKey", "buildCustomCert", "genCA", "genCAWithKey", "genSelfSignedCert",
        "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey",
    ]
}
