package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Logs;

/** What CloudWatch Logs answers where a request about deliveries is wrong, in AWS's words unless it says so. */
final class DeliveryRefusals {
    private DeliveryRefusals() {
    }

    static ApiError noSource() {
        return new Logs.ResourceNotFoundException("Requested Delivery Source does not exist in this account.");
    }

    static ApiError noDestination() {
        return new Logs.ResourceNotFoundException("Requested Delivery Destination does not exist in this account.");
    }

    static ApiError noDelivery() {
        return new Logs.ResourceNotFoundException("Requested Delivery does not exist in this account.");
    }

    static ApiError tagged() {
        return new Logs.ConflictException(
                "Tags can only be provided when a resource is being created, not updated.");
    }

    /** Not recorded. */
    static ApiError used(String what) {
        return new Logs.ConflictException("The " + what + " is used by a Delivery, which has to be deleted first.");
    }

    /** Not recorded. */
    static ApiError badToken() {
        return new Logs.ValidationException("The specified nextToken is invalid.");
    }
}
