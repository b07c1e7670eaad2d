package dev.aloft.service.lambda.invoke;

/** Why an environment was started: what {@code AWS_LAMBDA_INITIALIZATION_TYPE} and the log say. */
enum Initialization {
    ON_DEMAND("on-demand"),
    PROVISIONED("provisioned-concurrency"),
    SNAP_START("snap-start");

    private final String word;

    Initialization(String word) {
        this.word = word;
    }

    /** AWS's. */
    String word() {
        return word;
    }
}
