package dev.aloft.service.scheduler;

import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.delivery.Ending;

/** Brings dead letters to their queues, and counts them for the groups that they are of. */
final class LetterCarrier extends Dispatches {
    private final Measures measures;

    LetterCarrier(Targets targets, Assume assume, Measures measures) {
        super(targets, assume);
        this.measures = measures;
    }

    @Override
    public void ended(Dispatch letter, Attempt last, Ending ending) {
        super.ended(letter, last, ending);
        var group = letter.sourceArn().substring(letter.sourceArn().lastIndexOf('/') + 1);
        measures.buried(letter.account(), letter.region(), group, !(ending instanceof Ending.GivenUp));
    }
}
