package dev.aloft.kernel.delivery;

import java.time.Duration;

/** Where faults are put into deliveries on purpose: later, twice, or in another order (different delays make one). */
@FunctionalInterface
public interface Disturbance {
    Disturbance NONE = (_, _) -> Plan.CALM;

    /** Asked once for each delivery, before its first attempt. */
    Plan plan(String kind, Lane lane);

    /**
     * What is done to one delivery.
     *
     * @param delay  how long its first attempt waits
     * @param copies how often it is brought though it succeeded the first time
     */
    record Plan(Duration delay, int copies) {
        public static final Plan CALM = new Plan(Duration.ZERO, 0);
    }
}
