package dev.aloft.service.cloudformation.sam;

/** What is wrong with a serverless resource, in SAM's words. */
final class SamError extends RuntimeException {
    SamError(String message) {
        super(message);
    }

    /** What is wrong with the template as a whole. */
    static SamError structure(String message) {
        return new SamError("Structure of the SAM template is invalid. " + message);
    }

    static SamError resource(String id, String message) {
        return new SamError("Resource with id [" + id + "] is invalid. " + message);
    }

    static SamError event(String function, String event, String message) {
        return resource(function, "Event with id [" + event + "] is invalid. " + message);
    }
}
