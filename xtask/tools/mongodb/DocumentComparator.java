package de.bwaldvogel.mongo.backend;

import de.bwaldvogel.mongo.bson.Document;
import java.util.Comparator;

/**
 * The order of sorted documents, in place of the library's class of this name, which compares texts by UTF-16 units.
 * MongoDB compares their UTF-8 bytes, which is the order of code points.
 */
public class DocumentComparator implements Comparator<Document> {
    private final Document orderBy;

    public DocumentComparator(Document orderBy) {
        this.orderBy = orderBy;
    }

    @Override
    public int compare(Document one, Document other) {
        for (String key : orderBy.keySet()) {
            boolean ascending = ((Number) orderBy.get(key)).intValue() > 0;
            Object a = Utils.getSubdocumentValueCollectionAware(one, key);
            Object b = Utils.getSubdocumentValueCollectionAware(other, key);
            int order;
            if (a instanceof String && b instanceof String) {
                int byCodePoint = compareCodePoints((String) a, (String) b);
                order = ascending ? byCodePoint : -byCodePoint;
            } else {
                order = (ascending ? ValueComparator.asc() : ValueComparator.desc()).compare(a, b);
            }
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compareCodePoints(String a, String b) {
        int from = 0;
        while (from < a.length() && from < b.length()) {
            int one = a.codePointAt(from);
            int other = b.codePointAt(from);
            if (one != other) {
                return Integer.compare(one, other);
            }
            from += Character.charCount(one);
        }
        return Integer.compare(a.length(), b.length());
    }
}
