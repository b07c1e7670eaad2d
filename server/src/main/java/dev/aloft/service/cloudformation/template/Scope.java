package dev.aloft.service.cloudformation.template;

/** What an evaluation knows beside the template: parameters, resources that exist, exports of other stacks. */
public interface Scope {
    /** What {@code Ref} gives for a parameter, a pseudo parameter or a resource. */
    Object ref(String name);

    /** What {@code Fn::GetAtt} gives. */
    Object attribute(String resource, String attribute);

    /** What {@code Fn::ImportValue} gives. */
    Object export(String name);

    /** What a dynamic reference stands for, e.g. service {@code ssm} and reference {@code /db/host:1}. */
    String dynamic(String service, String reference);
}
