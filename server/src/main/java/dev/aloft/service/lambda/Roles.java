package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.service.lambda.invoke.ExecutionRoles;

/** Whether a function may be given a role. */
record Roles(ExecutionRoles roles) {
    void check(Caller caller, FunctionName name, String role) {
        if (!roles.trusted(caller.asService("lambda.amazonaws.com", name.arn()), role)) {
            throw notTrusting();
        }
    }

    static Lambda.InvalidParameterValueException notTrusting() {
        return new Lambda.InvalidParameterValueException(
                "The role defined for the function cannot be assumed by Lambda.");
    }
}
