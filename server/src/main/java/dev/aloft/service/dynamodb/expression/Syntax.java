package dev.aloft.service.dynamodb.expression;

import java.util.List;
import java.util.Optional;

/** An expression as it was written, placeholders and all; parentheses are gone. */
sealed interface Syntax {
    /** The position among the tokens of what makes it this: an operator, or what follows an operand. */
    int token();

    record And(List<Syntax> parts, int token) implements Syntax {
    }

    record Or(List<Syntax> parts, int token) implements Syntax {
    }

    record Not(Syntax part, int token) implements Syntax {
    }

    record Compare(String operator, Syntax left, Syntax right, int token) implements Syntax {
    }

    record Between(Syntax value, Syntax low, Syntax high, int token) implements Syntax {
    }

    record In(Syntax value, List<Syntax> choices, int token) implements Syntax {
    }

    record Call(String function, List<Syntax> arguments, int token) implements Syntax {
    }

    /** Names as written ({@code #placeholder} included) and list indexes ({@link Integer}). */
    record PathAt(List<Object> steps, int token) implements Syntax {
    }

    record ValueAt(String placeholder, int token) implements Syntax {
    }

    /** {@code left + right} or {@code left - right} in an update. */
    record Sum(String operator, Syntax left, Syntax right, int token) implements Syntax {
    }

    /** One action of an update; REMOVE has no value (null). */
    record Action(Section section, PathAt path, Syntax value) {
    }

    /** An update: what it does, and the first section that stands there twice. */
    record Actions(List<Action> actions, Optional<Section> repeated) {
    }

    enum Section {
        SET, REMOVE, ADD, DELETE
    }

    /** Whether it stands for a truth: a condition, or a function, which may be one. */
    default boolean isCondition() {
        return switch (this) {
            case And _, Or _, Not _, Compare _, Between _, In _, Call _ -> true;
            case PathAt _, ValueAt _, Sum _ -> false;
        };
    }

    default boolean isOperand() {
        return switch (this) {
            case Call _, PathAt _, ValueAt _ -> true;
            case And _, Or _, Not _, Compare _, Between _, In _, Sum _ -> false;
        };
    }
}
