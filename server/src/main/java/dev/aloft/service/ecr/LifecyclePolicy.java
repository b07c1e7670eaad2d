package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which images of a repository expire.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html">Lifecycle
 *     policy properties</a>
 */
record LifecyclePolicy(List<Rule> rules) {
    private static final String TAGGED = "tagged";
    private static final String UNTAGGED = "untagged";
    private static final String ANY = "any";
    private static final String COUNT = "imageCountMoreThan";
    private static final String AGE = "sinceImagePushed";

    /**
     * A rule.
     *
     * @param tags    wildcards, all of which have to be those of some tag of an image; of tagged images only
     * @param byCount whether the number is of images that stay, else of days
     */
    record Rule(int priority, String tagStatus, List<Pattern> tags, boolean byCount, int number) {
        private boolean selects(Aged image) {
            return switch (tagStatus) {
                case UNTAGGED -> image.tags().isEmpty();
                case TAGGED -> tags.stream().allMatch(
                        tag -> image.tags().stream().anyMatch(each -> tag.matcher(each).matches()));
                default -> true;
            };
        }

        /** Of those it selects, the youngest first. */
        private List<Aged> expired(List<Aged> selected, Instant now) {
            return byCount ? selected.stream().skip(number).toList()
                    : selected.stream().filter(image -> image.pushed().isBefore(now.minus(Duration.ofDays(number))))
                    .toList();
        }
    }

    /** An image as rules see it. */
    record Aged(String digest, Instant pushed, List<String> tags) {}

    static LifecyclePolicy of(String document) {
        try {
            if (JsonReader.tree(document) instanceof Map<?, ?> policy && policy.get("rules") instanceof List<?> list
                    && !list.isEmpty()) {
                var rules = new ArrayList<Rule>();
                for (Object each : list) {
                    rules.add(rule(each instanceof Map<?, ?> given ? given : Map.of()));
                }
                rules.sort(Comparator.comparing(Rule::priority));
                check(rules);
                return new LifecyclePolicy(rules);
            }
        } catch (JsonReader.Malformed _) {
            // Told below.
        }
        throw invalid("");
    }

    private static ApiError invalid(String why) {
        return new Ecr.InvalidParameterException("Invalid parameter at 'LifecyclePolicyText' failed to "
                + "satisfy constraint: 'Lifecycle policy validation failure" + (why.isEmpty() ? "" : ": " + why) + "'");
    }

    private static void check(List<Rule> rules) {
        if (rules.stream().map(Rule::priority).distinct().count() < rules.size()) {
            throw invalid("rulePriority must be unique");
        }
        if (rules.stream().limit(rules.size() - 1L).anyMatch(rule -> rule.tagStatus().equals(ANY))) {
            throw invalid("the rule with tagStatus any must have the highest value of rulePriority");
        }
    }

    private static Rule rule(Map<?, ?> given) {
        Map<?, ?> selection = given.get("selection") instanceof Map<?, ?> map ? map : Map.of();
        Map<?, ?> action = given.get("action") instanceof Map<?, ?> map ? map : Map.of();
        String status = Objects.toString(selection.get("tagStatus"), "");
        String type = Objects.toString(selection.get("countType"), "");
        if (!"expire".equals(action.get("type")) && action.get("type") != null || type.equals("sinceImagePulled")
                || type.equals("sinceImageTransitioned")) {
            throw ApiError.notBuilt("A lifecycle policy that does not expire images by their number or age");
        }
        if (!(given.get("rulePriority") instanceof Number priority)
                || !(selection.get("countNumber") instanceof Number number)
                || number.intValue() < 1
                || !Set.of(TAGGED, UNTAGGED, ANY).contains(status) || !Set.of(COUNT, AGE).contains(type)
                || action.get("type") == null || type.equals(AGE) != "days".equals(selection.get("countUnit"))) {
            throw invalid("a rule has rulePriority, selection (tagStatus, countType, countNumber, and countUnit with"
                    + " sinceImagePushed) and action");
        }
        List<Pattern> tags = tags(selection);
        if (status.equals(TAGGED) == tags.isEmpty()) {
            throw invalid("tagPrefixList or tagPatternList is required with tagStatus tagged and with no other");
        }
        return new Rule(priority.intValue(), status, tags, type.equals(COUNT), number.intValue());
    }

    private static List<Pattern> tags(Map<?, ?> selection) {
        var all = new ArrayList<Pattern>();
        if (selection.get("tagPrefixList") instanceof List<?> prefixes) {
            prefixes.forEach(prefix -> all.add(Pattern.compile(Pattern.quote(prefix.toString()) + ".*")));
        }
        if (selection.get("tagPatternList") instanceof List<?> patterns) {
            patterns.forEach(pattern -> all.add(TagWildcard.of(pattern.toString())));
        }
        return all;
    }

    /**
     * The digests of those that expire. What a rule selects no later rule can let expire, but later ones count it.
     *
     * @param images of the repository, in any order
     */
    Set<String> expired(List<Aged> images, Instant now) {
        List<Aged> youngestFirst = images.stream().sorted(Comparator.comparing(Aged::pushed).reversed()).toList();
        var settled = new HashSet<String>();
        var expired = new LinkedHashSet<String>();
        for (Rule rule : rules) {
            List<Aged> selected = youngestFirst.stream().filter(rule::selects).toList();
            rule.expired(selected, now).stream().map(Aged::digest).filter(digest -> !settled.contains(digest))
                    .forEach(expired::add);
            selected.forEach(image -> settled.add(image.digest()));
        }
        return expired;
    }
}
