package dev.aloft.wire;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** An element of a document that was read: no DTD, no entities of its own, bounded in depth and number. */
final class XmlElement {
    private static final int MAX_DEPTH = 128;
    private static final int MAX_ELEMENTS = 500_000;
    private static final XMLInputFactory FACTORY = factory();

    private final String name;
    private final List<XmlElement> children = new ArrayList<>(4);
    private List<String> attributes = List.of();
    private String text = "";

    private XmlElement(String name) {
        this.name = name;
    }

    private static XMLInputFactory factory() {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("no external entities");
        });
        return factory;
    }

    /** The root element of a document. */
    static XmlElement read(byte[] document) {
        try {
            var in = FACTORY.createXMLStreamReader(new ByteArrayInputStream(document));
            try {
                return read(in);
            } finally {
                in.close();
            }
        } catch (XMLStreamException e) {
            throw new Unreadable("The XML is not well-formed");
        }
    }

    private static XmlElement read(XMLStreamReader in) throws XMLStreamException {
        var open = new ArrayList<XmlElement>();
        XmlElement root = null;
        int count = 0;
        while (in.hasNext()) {
            switch (in.next()) {
                case XMLStreamConstants.DTD -> throw new Unreadable("A document type is not allowed");
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++count > MAX_ELEMENTS || open.size() >= MAX_DEPTH) {
                        throw new Unreadable("The XML is too large or too deep");
                    }
                    var element = new XmlElement(in.getLocalName());
                    element.readAttributes(in);
                    if (open.isEmpty()) {
                        root = element;
                    } else {
                        open.getLast().children.add(element);
                    }
                    open.add(element);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!open.isEmpty()) {
                        var element = open.getLast();
                        element.text = element.text.isEmpty() ? in.getText() : element.text + in.getText();
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> open.removeLast();
                default -> {}
            }
        }
        return root;
    }

    private void readAttributes(XMLStreamReader in) {
        int count = in.getAttributeCount();
        if (count == 0) {
            return;
        }
        attributes = new ArrayList<>(count * 2);
        for (int i = 0; i < count; i++) {
            var prefix = in.getAttributePrefix(i);
            var local = in.getAttributeLocalName(i);
            attributes.add(prefix == null || prefix.isEmpty() ? local : prefix + ":" + local);
            attributes.add(in.getAttributeValue(i));
        }
    }

    String name() {
        return name;
    }

    String text() {
        return text;
    }

    List<XmlElement> children() {
        return children;
    }

    /** The first child of this name, or null. */
    XmlElement child(String childName) {
        for (var child : children) {
            if (child.name.equals(childName)) {
                return child;
            }
        }
        return null;
    }

    /** The attribute of this name, prefix included, or null. */
    String attribute(String attributeName) {
        for (int i = 0; i < attributes.size(); i += 2) {
            if (attributes.get(i).equals(attributeName)) {
                return attributes.get(i + 1);
            }
        }
        return null;
    }
}
