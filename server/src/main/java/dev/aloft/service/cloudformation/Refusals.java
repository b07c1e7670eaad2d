package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;

/** The errors that the model does not name. */
final class Refusals {
    private Refusals() {
    }

    static ApiError validation(String message) {
        return ApiError.of("ValidationError", 400, message);
    }

    static ApiError noStackWithId(String name) {
        return validation("Stack with id " + name + " does not exist");
    }

    static ApiError noStack(String name) {
        return validation("Stack [" + name + "] does not exist");
    }
}
