package dev.aloft.service.cloudformation;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import java.util.Optional;

/** The policies of stacks: those that stay, those for one update, and those that an update brings when it is done. */
public final class StackPolicies {
    /**
     * What is kept of a stack's policies.
     *
     * @param body   the policy, or null
     * @param during the one in its place as long as an update lasts, or null
     * @param next   the one that comes when the update is complete, or null
     */
    public record Kept(String body, String during, String next) {
        String now() {
            return during == null ? body : during;
        }
    }

    private final CloudFormationData data;
    private final Store store;
    private final Templates templates;
    private final Stacks stacks;

    StackPolicies(CloudFormationData data, Store store, Templates templates, Stacks stacks) {
        this.data = data;
        this.store = store;
        this.templates = templates;
        this.stacks = stacks;
    }

    CloudFormation.SetStackPolicyResponse set(Caller caller, CloudFormation.SetStackPolicyRequest input) {
        var stack = stacks.get(caller, input.stackName());
        var text = given(caller, templates, input.stackPolicyBody(), input.stackPolicyURL())
                .orElseThrow(() -> Refusals.validation("You must specify either StackPolicyURL or StackPolicyBody"));
        store.change(tx -> {
            var kept = kept(data, tx, stack.id());
            data.policies.put(tx, Key.of(stack.id()), new Kept(text, kept.during(), kept.next()));
        });
        return CloudFormation.SetStackPolicyResponse.of(_ -> { });
    }

    CloudFormation.GetStackPolicyResponse get(Caller caller, CloudFormation.GetStackPolicyRequest input) {
        var stack = stacks.get(caller, input.stackName());
        return CloudFormation.GetStackPolicyResponse.of(r ->
                r.stackPolicyBody(store.read(tx -> kept(data, tx, stack.id())).now()));
    }

    /** A policy given in a request or by its place in S3, checked. */
    static Optional<String> given(Caller caller, Templates templates, String body, String url) {
        if (body != null && url != null) {
            throw Refusals.validation("You cannot specify both StackPolicyURL and StackPolicyBody");
        }
        var text = Optional.ofNullable(url == null ? body : templates.text(caller, null, url));
        text.ifPresent(StackPolicy::of);
        return text;
    }

    private static Kept kept(CloudFormationData data, ReadTx tx, String stack) {
        return data.policies.get(tx, Key.of(stack)).orElse(new Kept(null, null, null));
    }

    /** The policy that an update of a stack is held to. */
    public static StackPolicy of(CloudFormationData data, ReadTx tx, String stack) {
        var now = kept(data, tx, stack).now();
        return now == null ? StackPolicy.none() : StackPolicy.of(now);
    }

    /** Keeps what a creation or an update brings. */
    static void bring(CloudFormationData data, Tx tx, String stack, Kept brought) {
        var before = kept(data, tx, stack);
        data.policies.put(tx, Key.of(stack), new Kept(brought.body() == null ? before.body() : brought.body(),
                brought.during(), brought.next()));
    }

    /** An update is over. */
    public static void updated(CloudFormationData data, Tx tx, String stack, boolean isComplete) {
        data.policies.get(tx, Key.of(stack)).ifPresent(kept -> data.policies.put(tx, Key.of(stack),
                new Kept(isComplete && kept.next() != null ? kept.next() : kept.body(), null, null)));
    }
}
