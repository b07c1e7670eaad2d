package dev.aloft.service.iam;

import java.time.Instant;

/** A user's access key as it is kept; the secret is sealed with the key file. */
record AccessKey(String id, String account, String userName, byte[] secret, String status, Instant created) {
    static final String ACTIVE = "Active";

    boolean isActive() {
        return status.equals(ACTIVE);
    }

    AccessKey withStatus(String changed) {
        return new AccessKey(id, account, userName, secret, changed, created);
    }
}
