package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.delivery.Ending;

/** Brings dead letters to their queues, and counts them for the rules that they are of. */
final class LetterCarrier extends Dispatches {
    private final Measures measures;

    LetterCarrier(Targets targets, Assume assume, Measures measures) {
        super(targets, assume);
        this.measures = measures;
    }

    @Override
    public void ended(Dispatch letter, Attempt last, Ending ending) {
        super.ended(letter, last, ending);
        var rule = Rules.key(Arn.parse(letter.sourceArn()));
        measures.buried(new RuleDelivery(rule.text(0), rule.text(1), rule.text(2), rule.text(3), null, null, null,
            null),
                !(ending instanceof Ending.GivenUp));
    }
}
