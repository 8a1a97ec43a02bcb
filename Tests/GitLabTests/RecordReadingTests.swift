import Formats
import GitLab
import JSON
import Testing

@Suite("GitLab's objects")
struct RecordReadingTests {
    private func read<Object>(_ make: (JSONValue) -> Object?, _ text: String) throws -> Object {
        try #require(make(JSONDocument(parsing: Array(text.utf8)).root), "\(text)")
    }

    @Test("a deployment is read whole, and leniently")
    func deployment() throws {
        let row = try read(Deployment.init, Call.row())
        #expect(row.id == 7 && row.iid == 3 && row.userID == 5)
        #expect(row.sha == Call.sha && row.ref == "main" && row.environment == "production")
        #expect(row.status == "success" && row.knownStatus == .success && !row.hasDeployable)
        #expect(row.createdAt?.rfc3339 == "2026-04-17T10:20:29.123Z")
        #expect(row.updatedAt?.rfc3339 == "2026-04-17T10:20:29.456Z")
        #expect(String(decoding: row.json, as: UTF8.self) == Call.row())
        let bare = try read(Deployment.init, #"{"id":1,"status":"blocked","deployable":{}}"#)
        #expect(bare.iid == nil && bare.sha.isEmpty && bare.createdAt == nil && bare.userID == nil)
        #expect(bare.knownStatus == nil && bare.hasDeployable)
    }

    @Test("a project tells its role, the higher of both, and what keeps us from writing")
    func projects() throws {
        let rows: [(String, level: Int?, obstacle: String?)] = [
            (#""permissions":{"project_access":{"access_level":30},"group_access":null}"#, 30, nil),
            (
                #""permissions":{"project_access":{"access_level":20},"#
                    + #""group_access":{"access_level":40}}"#, 40, nil
            ),
            (#""permissions":{"project_access":null,"group_access":null}"#, nil, nil),
            (#""x":1"#, nil, nil),
            (
                #""permissions":{"project_access":{"access_level":20},"group_access":null}"#, 20,
                "Reporter"
            ),
            (#""archived":true"#, nil, "archived"),
            (#""marked_for_deletion_on":"2026-05-01""#, nil, "scheduled for deletion"),
            (#""marked_for_deletion_on":null,"marked_for_deletion_at":null"#, nil, nil),
            (#""builds_access_level":"disabled""#, nil, "CI/CD is switched off"),
            (#""builds_access_level":"private""#, nil, nil),
            (#""jobs_enabled":false"#, nil, "CI/CD is switched off"),
            (#""jobs_enabled":false,"builds_access_level":"enabled""#, nil, nil),
            (#""repository_access_level":"disabled""#, nil, "Repository is switched off"),
            (#""environments_access_level":"disabled""#, nil, "Environments is switched off"),
        ]
        for (members, level, obstacle) in rows {
            let text = #"{"id":42,"path_with_namespace":"a/b",\#(members)}"#
            let project = try read(Project.init, text)
            #expect(project.accessLevel == level, "\(members)")
            if let obstacle {
                #expect(project.obstacle?.reason.contains(obstacle) == true, "\(members)")
            } else {
                #expect(project.obstacle == nil, "\(members)")
            }
        }
    }

    @Test("a project without commits has no default branch")
    func defaultBranch() throws {
        for (json, branch) in [("null", nil), ("\"\"", nil), ("\"trunk\"", "trunk")] {
            let project = try read(Project.init, #"{"id":1,"default_branch":\#(json)}"#)
            #expect(project.defaultBranch == branch)
        }
    }

    @Test("a token tells its scopes and its end")
    func tokens() throws {
        let token = try read(
            AccessToken.init,
            #"{"id":3,"name":"relay","revoked":false,"scopes":["api","read_api"],"user_id":5,"#
                + #""active":true,"expires_at":"2027-01-31"}"#
        )
        #expect(token.name == "relay" && token.userID == 5 && token.isActive && !token.isRevoked)
        #expect(token.mayWrite)
        #expect(token.expiresAt?.rfc3339 == "2027-01-31T00:00:00.000Z")
        let other = try read(
            AccessToken.init,
            #"{"id":3,"revoked":true,"scopes":["read_api"],"expires_at":null}"#
        )
        #expect(!other.mayWrite && other.expiresAt == nil && other.isRevoked && !other.isActive)
    }

    @Test("user, version, environment and protection are read")
    func others() throws {
        let user = try read(GitLabUser.init, #"{"id":5,"username":"project_42_bot","bot":true}"#)
        #expect(user.id == 5 && user.username == "project_42_bot" && user.isBot)
        let version = try read(
            ServerVersion.init,
            #"{"version":"18.6.1-ee","revision":"abc","enterprise":true}"#
        )
        #expect(version.major == 18 && version.minor == 6 && version.revision == "abc")
        let environment = try read(
            GitLabEnvironment.init,
            #"{"id":9,"name":"production","tier":"production","external_url":"https://a","#
                + #""state":"available"}"#
        )
        #expect(environment.tier == .production && environment.externalURL == "https://a")
        #expect(environment.state == "available")
        let protected = try read(
            ProtectedEnvironment.init,
            #"{"name":"prod","deploy_access_levels":[{"access_level":40,"user_id":null,"#
                + #""group_id":null,"access_level_description":"Maintainers"}]}"#
        )
        #expect(protected.name == "prod" && protected.admissions.count == 1)
        #expect(protected.admissions[0].accessLevel == 40)
        #expect(protected.admissions[0].words == "Maintainers")
    }
}
