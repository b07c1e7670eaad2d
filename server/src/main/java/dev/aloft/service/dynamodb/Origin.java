package dev.aloft.service.dynamodb;

/** Whose change of an item it is. */
sealed interface Origin {
    Origin CALLER = new Caller();
    Origin EXPIRY = new Expiry();

    /** Somebody's who called an operation. */
    record Caller() implements Origin {
    }

    /** DynamoDB's own, because the item expired. */
    record Expiry() implements Origin {
    }

    /** One that was made to the replica in another region. */
    record Replica(Version version) implements Origin {
    }
}
